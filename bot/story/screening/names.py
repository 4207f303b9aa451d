"""Names that are common in the United Kingdom, of many origins, in small letters and without accents. Pure.

Written from general knowledge. Left out: names that are also words, months, places or surnames that a story would use
for something else (Will, Mark, Grace, April, Victoria line …), since a hint that is often wrong is soon not read.
"""

from typing import Final

_NAMES: Final = """
aaliyah aamir aaron abbie abby abdirahman abdul abdullah abdulrahman abena abidemi abigail abimbola abiola abraham
abubakar achim adaeze adam adama adaora addison adebayo adedayo adel adela adelaide adele adeline aden adeola aderonke
adesola adewale adil aditi aditya adnan adrian adriana adrianna adrienne aerin afia afua agata agatha agnes agnieszka
ahmad ahmed aidan aiden aileen ailsa aimee aine ainsley aisha aisling aisyah aiza ajay akash akeem akosua akua alain
alan alana alanna alannah alasdair alastair albert alberto albie aled aleena alejandro aleksander aleksandra
alessandra alessandro alessia alexander alexandra alexandria alexia alexis alfie alfonso alfred ali alia alice alicia
alina alisa alisha alison alissa alistair alister aliyah alka allan allegra alma aloysius alun alva alvin alysha
alyssa amaan amadou amaia amal amala amalia amanda amara amarachi amari amelia amelie amina aminah aminata amir amira
amirah amit amita amna amos amrit amrita amy ana anabelle anais anamaria anand anastasia anders andre andrea andreas
andreea andrei andrew andrzej andy aneesa aneeta anette angela angelica angelina angeline angharad angus anh anika
anil anisa anisha anita anjali ann anna annabel annabella annabelle annalise anne annette annie annika annis anouk
anthea anthony antoinette anton antonia antonio anushka anwar anya aoife aqsa arabella aran archibald archie aria
ariana arianna arif arjun arlo armaan arman arnold aron arran arron artem arthur arun arwen aryan asad asha asher
ashleigh ashlyn ashok ashraf asif asim asma astrid athena atif aubrey audrey augustine aurelia aurora ava avani averil
avinash avril axel ayaan ayaat ayah ayan ayana ayda ayesha ayisha ayla aylin ayman ayo ayodele ayomide ayra aysha aziz
azra babajide babatunde barbara barnaby barney bartosz beata beatrice beatrix becca becky bejal belinda bella ben
benedict benjamin bernadette bernard bernice berta bertie bertram beryl bessie beth bethan bethany betsy bettina betty
bev bhavesh bhavna bianca bilal billie billy bina blaise blanche bobbie bobby bogdan bolanle boris bozena brandon
branwen brenda brendan brian brianna bridget bridie brigitte brogan bronagh bronte bronwen bronwyn bryan bryn bryony
caden caitlin caitlyn caleb callie callum calum calvin cameron camilla camille candice caoimhe cara carina carla
carlos carly carmel carmen carol carole carolina caroline carolyn carwyn carys casey caspar casper cassandra cassidy
cassie catarina caterina cath catherine cathleen cathy catrin catriona cecil cecilia cecily cedric celeste celia
celine ceri cerys chantal chantelle charis charlene charles charley charlie charlotte charmaine chelsie cherie cheryl
chiamaka chiara chibuzo chidi chidinma chika chimamanda chinedu chinonso chinwe chioma chloe chris chrissie christa
christabel christelle christina christine christopher christy chukwuemeka cian ciara ciaran cillian cindy claire clara
clarence clarissa claude claudette claudia claudio cleo clifford clive coby cody colette colin colleen collette conan
connie connor conor conrad corey corin corinne cormac cornelia cornelius cory courtney craig cristian cristiana
cristina curtis cynthia cyril cyrus daffyd dafydd dagmar dalia damian damien damilola damon daniel daniela daniella
danielle daniil danil danny dante daphne darcey darcie darcy daria darius dariusz darragh darrel darrell darren darryl
daryl dave david davina dawid dawit dawud dayo deanna deanne debbie deborah debra declan deepa deepak deirdre delia
delilah delphine delroy delyth demi denis denise dennis denys denzel derek dermot derrick desiree desmond dessie dewi
dexter dhruv diana diane dianne diego dieter dilip dilys dimitri dina dinesh dino dione dipak dirk divya dmitri
dolores dominic dominik dominika dominique donald donna donovan dora doreen dorian doris dorota dorothea dorothy
dougal dougie douglas duncan dwayne dylan eamon eamonn ebere ebony eddie edgar edie edith edmund eduardo edward edwin
edwina efe effie ehsan eileen eilidh einar eirlys elaine eleanor elena eleni eli elia elias elijah elin elina elinor
eliot elis elisa elisabeth elise elisha eliza elizabeth ella elle ellen ellie elliot elliott ellis elliw elodie eloise
elsa elsie elspeth elton eluned elvira elwyn emeka emerson emil emile emilia emilie emilio emily emlyn emma emmanuel
emmanuella emmeline emmett enid enrico enrique enya eoghan eoin ephraim eric erica erik erika erin ernest ernie errol
esha esme esmee esmeralda esperanza essie estelle esther ethan ethel etta euan eugene eugenia eugenie eunice euphemia
eva evan evangeline evelyn everett evie ewa ewan ezekiel ezra fabian fabio fahad fahima faisal faiza faizan falak
farah fareed farhan farida farooq farzana fatema fatima fatimah fatou fatoumata fay faye federica federico felicia
felicity felipe felix femi fenella fergal fergus fernanda fernando ffion fidel fikret filip fiona fionn fionnuala
fizza flavia fletcher flo flora florian floyd folake folasade fran frances francesca francesco francine francis
francisco franciszek franklin franz fraser fred freda freddie freddy frederick freya frida frieda fumilayo gabriel
gabriela gabriella gabrielle gail gareth garfield garry gary gavin gaynor gemma genevieve geoff geoffrey george
georgie georgina georgios gerald geraldine gerard germaine gerry gertrude gethin ghulam gianna gianni gideon gilbert
giles gillian gina giorgio giovanna giovanni gisela giulia giuseppe gladys glenda glenn glenys gloria glyn godfrey
gordon graeme graham grainne greg gregor gregory greta griselda grzegorz guido guillermo gulsen gurdeep gurpreet gus
gustav gwen gwendolen gwendoline gwenllian gwilym gwyn gwyneth gwynfor habib habiba hadiya hadley hafsa hafsah haider
hajra hakeem hakim haleema halima halina hamish hamza hana hani hania hanif hanna hannah hans hansa haris harjit
harleen harmeet harold haroon harpreet harriet harrison harry harsha haruka harvey hasan haseeb hashim hasnain hassan
hattie hawa haya hayden hayley heather heba hector heidi helen helena helene helga henna henrietta henrik henry
herbert herman hermione hettie hilary hilda hina hiroshi hollie horace howard hubert huda hugh hugo humaira humera
humphrey husna hussain hussein hywel iain ian ibrahim ida idris idrissa iestyn ieuan ifan ifeoma ifra ignacio igor
ijeoma ikram ilana ilaria ilhan ilona ilyas iman imani imogen imran inaaya inaya ines inga ingrid innes ioan ioana
iolo ionut irene irfan irina isa isaac isabel isabella isabelle isadora isaiah isha ishaan ishmael isla ismael ismail
isobel isra issa issac iva ivan ivana ivo iwan iwona iza izabela izzy jacek jackie jackson jacob jacqueline jacqui
jaden jadwiga jaiden jaime jake jakub jamal jameel james jameson jamie jamila jamilah jana jane janelle janet janette
janice janina janine janusz jared jarek jaroslaw jarvis jasdeep jasleen jasmin jasmine jason jaspreet jaswinder javed
javier jax jaxon jaxson jayce jayda jayden jaydon jaylen jayne jayson jeanette jeanie jeannie jed jedrzej jeff jeffrey
jemima jemma jenifer jenna jennie jennifer jenny jensen jeremiah jeremy jermaine jerome jerry jess jesse jessica
jessie jethro jill jillian jim jimmy jitendra joan joanna joanne jocelyn jodi jodie jody joe joel joey johan johann
johanna johannes john johnathan johnnie johnny jolene jon jonah jonas jonathan jono jorge jose josef josefina joseph
josephine josh joshua josiah josie josip jovan joyce juan juanita judith judy juha jules julia julian juliana julianne
julie juliet juliette julio julius jumoke juno justin justina justine justyna juwairiyah kacey kacper kadiatou kai
kaiden kaitlin kaitlyn kaleb kalina kamal kamala kamaljit kamil kamila kamran kara karan karen karena karim karin
karina karl karla karol karolina karthik kasey kashif kasia katarzyna kate kateryna katharine katherine kathleen
kathryn kathy katie katrina katy katya kaukab kavita kay kaya kaycee kayden kaye kayla kaylee kayleigh kayley kayode
kazimierz keanu keegan keeley kehinde keira keiran keith kelechi kelly kelsey kelsie kelvin kemi ken kendra kendrick
kenji kenneth kenny kenzie keri kerri kerrie kersti kevin keyaan kezia khadija khadijah khaled khalid khaya kian kiana
kiara kiera kieran kim kimberley kimberly kimora kinga kingsley kiran kiri kirsten kirstie kirsty kishan kiyan klara
klaudia klaus kobe kobi kofi kojo komal konrad konstantin kora korede krish krishan krishna kristen kristian kristiana
kristin kristina kristof krystal krystian krystyna krzysztof kuba kumar kwabena kwaku kwame kwasi kwesi kyra kyran
lachlan laila lakshmi lana lara laraib larisa larissa larry lars latifa latisha latoya laura laurel lauren laurence
laurie lavinia lawrence layla layton lea leah leandra leanna leanne lech leela leena leia leigh leighton leila leilani
lena lennon lennox lenny leo leon leona leonard leonardo leonie leonora leopold leroy lesley leslie leszek leticia
letitia levi lewin lewis lexi lexie leyla leyton liam liana libby lidia liesl lila lilia lilian liliana lilith lillia
lillian lillie lilly lina linda lindsay lindsey linh linnea lionel lisa lisbeth lise lisette livia liz liza lizzie
llewellyn lloyd llyr logan lois lola lora loraine lorcan lorelei lorena lorenzo loretta lorna lorraine lottie lou
louie louis louisa louise lowri luana luc luca lucas lucia lucian luciana lucie lucien lucille lucinda lucja lucy
ludovic luis luisa lukas lukasz luke lula lydia lyla lyndsay lyndsey lynette lynn lynne lynsey lyra mabel macie maciej
mackenzie macy madeleine madeline madhavi madison mads mae maeve magda magdalena maggie magnus maha mahad mahdi
mahmood mahmoud mahnoor maia maira mairead mairi maisie maja majid makayla makena malachi malachy malak malcolm
malgorzata mali malia malik malika malin mamadou mandeep mandy manisha manjit manoj manpreet manuel manuela mara
marcel marcela marcella marcelle marcia marcin marco marcos marcus marek margaret margarita margery margot marguerite
maria mariah mariam mariama mariana marianne marie mariella marigold marija marika marilyn marina mario marion marios
marisa marissa marius mariusz mariya marjorie marko marlene marley marlon marsha marta martha marti martin martina
martine martyn marvin mary maryam maryann marzena masood mateo mateusz mathew mathias mathilda matias matilda matilde
matt matteo matthew matthias mattie maud maude maura maureen maurice mauricio mavis maxim maxime maximilian maxine
maxwell maya mayowa mayra mazin meabh meagan meera megan meghan mehdi mehmet mehreen mehtab mehwish meilin mel melanie
melina melinda melisa melissa melvin melvyn meredith meriem merle mervyn meryl mia mica micah michael michaela michal
micheal michel michele michelle miguel mihai mikaela mike mikey mikhail mikolaj mila milan mildred milena millie milly
milo mina minal minesh ming minh minnie mira miranda mireille mirela miriam miroslav miroslaw misbah misha mitchell
moa mohamad mohamed mohammad mohammed mohan mohit mohsin moira mollie molly mona monica monika monique montgomery
morag moritz morris morwenna moses moshe mostafa moya muhammad muhammed muhsin mukesh mumtaz munir muriel murray musa
musab mustafa mya myfanwy myla myra myriam myrtle nabeel nabil nabila nadeem nadia nadine naeem nafisa nafisah nahid
naila naima naina nalini nanci nancy nandini naomi narges narinder naseem nasir nasra nasreen nasrin nasser natalia
natalie natalya natasha nate nathalie nathan nathaniel naveed naveen navneet nazia nazir neelam neeraj neha neil nell
nellie nelly nelson nerys nesta neve neville ngozi nia niall niamh nichola nicholas nicholle nicki nicky nicola
nicolae nicolas nicole nicoleta nicolette niels nigel nihal nik nikhil niki nikita nikki niklas nikola nikolai
nikolaos nila nilam nilufar nima nina nirmal nisha nishat nita nitin noa noah noel noelle noemi noor noora nora norah
noreen norma norman nour noura nuala nuno nur nura nusrat nyah nyla nyra oana obinna octavia odette odin ofelia olaf
oleg oleksandr olga oliver olivia ollie olu oluchi olufemi olumide oluseyi oluwadamilola oluwaseun oluwaseyi oluwatobi
oluwatosin olwen olwyn omar omari omer omolara onur oonagh ophelia orla orlagh orlaith orlando oscar oskar osman
osvaldo otis otto oumar owain owen oyinkansola ozan pablo paddy padma padraig paige pamela panagiotis paola paolo
parisa parminder parveen parvin pascal pascale patrice patricia patrick patrycja patryk patsy patti paul paula
paulette paulina pauline pavel pawan pawel pearse pedro peggy penelope percival percy perla petar pete peter petra
petros petru phil philip philippa phillip phillipa phineas phoebe phyllis pia pierre pilar piotr pippa pippin polly
portia prabhjot prakash pranav prasad pratik praveen preethi preeti prem priti priya priyanka priyesh przemyslaw puja
punam qasim quentin quincy quinn quinton rabia rachael rachel rachelle radha radoslaw rafael rafal rafe raheem rahim
rahima rahma rahul raihan raisa raj raja rajan rajesh rajinder rajiv raju rakesh ralph rama raman rameen ramesh ramin
ramla ramona ramzi rana randall rani ranjit raoul raphael raquel rashad rashid rashida raul ravi ravinder raya rayaan
rayan rayhan raymond rayyan razia rebeca rebecca rebekah reece reem reema reena rees refilwe reggie regina reginald
rehan rehana reina reiss rekha remi remy rena renata rene renee renu reuben rhea rhian rhiannon rhoda rhodri rhona
rhonda rhydian rhys ria ricardo richard richie ricky rida rihanna riley rina riordan rishi rita ritesh ritika riya
riyad riyadh rizwan rizwana robbie robert roberta roberto robyn rocco rochelle roderick rodney rodrigo roger rohan
rohit roisin roland rolf romana romeo romesh romilly romina romy ronald ronan roni ronja ronke ronnie rory rosa
rosalie rosalind rosaline rosalyn rosamund rosanna rosanne roseanne roselyn rosemarie rosie rosina ross rosy roxanne
roy roza ruben rubens rudi rudolf rudy rufus rukhsana rupa rupert rupinder russell ruth ruthie ruxandra ryan ryder
ryszard saad saba sabah sabeen sabina sabine sabrina sacha sachin sade sadia sadie sadiq sadiya safa safia safiya
sagal sahar sahil sahra saif saima saira sajid sajida sakina salah saleem saleh salim salima salina sally salma salman
salome salvador salvatore sam samantha samar samara sameer samia samina samir samira sammy samson samuel sandeep
sandip sandra sangeeta sania sanjay sanjeev santiago sanya saoirse saqib sara sarah saraya sarina sarita sascha saskia
satnam satwinder saul savannah sayed sayeed scarlett sean seb sebastian seema selim selina selma selwyn serena sergei
sergio sergiu seth seun severine shabana shabnam shafiq shahid shahida shahzad shaikha shaina shakeel shakil shakira
shamim shamima shamsa shan shanaya shane shanelle shania shanice shanthi sharifa sharon shaun shauna shawn shay shayan
shayla shaymaa shazia shea sheena sheila shelby sheldon shelley sheree sheri sheridan sherie sherif sherry sheryl
shilpa shireen shirin shiv shivam shivani shiza shlomo shona shreya shruti shukri shyam shyla sian sibel sid siddharth
sidney sidra siegfried sienna sigrid silas silvia silvie simon simona simone simran sindy sinead siobhan sioned sita
siwan slawomir sofia sofie sofija sohaib sohail solange soleil solomon soma sonal sonali sonia sonja sonya sophia
sophie soraya sorcha soren sorin spencer stacey stacie stacy stan stanislaw stefan stefania stefanie stefano stelios
stella stephan stephanie stephen steve steven stewart stuart subhan sudha suhail suhana sukhdeep sukhjit sukhvinder
sukhwinder suki sulaiman suleiman suleman sultana sumaira sumaya sumayyah sumit sundar sundeep sunil sunita sunniva
suraj suresh surinder surjit susan susana susanna susannah susanne sushma susie suzanna suzanne suzie sven svetlana
swati sybil syed sylvester sylvia sylvie szymon tabatha tabitha tadeusz tadhg tahir tahira tahlia tahmina taio taiwo
talha talia taliesin taliyah talulah tamar tamara tamia tamika tamsin tamzin tania tanisha tanja tanveer tanvi tanya
tara taran tarik tariq tarun taryn tasha tasneem tatiana tatum taylah tayo tayyab tayyibah ted teddy tegan tehreem
teodor teodora terence teresa teri terrence terri terry tess tessa thabo thaddeus thaisa thalia thandi thandiwe thea
thelma theo theodora theodore theresa therese thomas tia tiago tiana tianna tiegan tiffany tilda tilly tim timothy
tina tinashe tinuke tippi tira tirion tobi tobias tobin toby todd tola tolu tom tomas tomasz tommie tommy tomos toni
tonia tony tonya torin tracey tracie tracy trevor tricia trinh trisha tristan tristram trixie troy trudi trudy tunde
tuyen tyler tyra tyrell tyrese tyrone uche uchenna ugo ulrich ulrika uma umair umar umut una unaisah uri uriah ursula
usha usman uthman uzair uzma vaibhav valentin valentina valentino valeria valerie vance vanessa vasile vasiliki
vaughan veena velma venetia vera verity vernon veronica veronika vicki vickie vicky victoria vidya vihaan vijay vikas
vikki vikram viktor viktoria vilma vimal vinay vince vincent vincenzo vinod viola violeta violetta vipul viraj vishal
vitoria viv vivek vivian vivien vivienne vlad vladimir volodymyr wafa wahid walter wanda waqar waqas waseem wasim
wayne wendy weronika wesley wiktor wiktoria wilbur wilfred wilhelmina willa willem william willie wilma wilson
winifred winnie winston wioletta wojciech wyatt wyn wynne xander xanthe xavi xavier xenia xiaoming yacoub yael yahya
yan yana yannick yara yared yash yasin yasir yasmeen yasmin yasmina yasmine yaw yazmin yemi yetunde yolanda yonas
yosef yousef yousif youssef yuki yulia yuliya yunus yuri yusra yusuf yves yvette yvonne zac zach zachariah zachary
zack zafar zahara zahid zahida zahir zahra zaid zaida zain zaina zainab zaira zak zakaria zakariya zaki zakiya zaman
zander zanele zara zarah zaria zarina zayaan zayan zayd zayden zayn zayna zeb zebedee zeeshan zein zeina zelda zena
zeph zephaniah zeynep zia zidane zimal zita ziva zoe zoey zofia zoha zohaib zoltan zoya zubair zuleikha zuzana zuzanna
"""
FIRST_NAMES: Final = frozenset(_NAMES.split())

_OF_FAMILIES: Final = """
abbott abdi adams adebayo adeyemi ahmad ahmed akhtar alexander ali allen anderson andrews armstrong atkinson bailey
barker barnett bartlett begum bennett bhatt bibi bradley brennan burke burton byrne campbell carter chapman chaudhry
chowdhury clarke collins connolly cooper coleman cunningham daly davies davis dawson dixon doherty donnelly doyle
duffy edwards elliott ellis evans ferguson fernandez fitzgerald fletcher gallagher garcia gibson gilbert goodwin
graham griffiths gupta hamilton harrison hassan henderson hopkins hossain houghton howard hughes hunter hussain hussein
ibrahim iqbal jackson jenkins jennings johnson johnston jones joseph joshi kapoor kaur kelly kennedy khan khatun kumar
lawrence lawson lewandowski lewis lloyd macdonald mackenzie maclean mahmood malik marshall mcdonald mckenzie mclean
mehta mitchell mohamed mohammed morgan morris morrison moore murphy murray nguyen nowak o'brien o'connor o'neill
okafor okeke okonkwo oliver osborne owens palmer parker parsons patel patterson pearson perkins phillips powell
quinn rahman rashid reynolds richards richardson roberts robertson robinson rodriguez rogers russell ryan saunders
sanders sharma shah simpson singh smith stephens stevens stevenson stewart sullivan szymanski taylor thomas thompson
thomson thornton tomlinson townsend turner uddin wallace walsh watkins watson webster whittaker wilkins wilkinson
williams williamson willis wilson wojcik wright yusuf zhang
"""
SURNAMES: Final = frozenset(_OF_FAMILIES.split())
"""Surnames that are no word that could follow "dr" or "miss"."""
