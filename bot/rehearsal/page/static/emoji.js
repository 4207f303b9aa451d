// Names of emoji and the characters that the reader's own system draws for them. A name that is not here stays text.

const NAMES = `
grinning 😀 smile 😄 smiley 😃 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 slightly_smiling_face 🙂 wink 😉 blush 😊
heart_eyes 😍 thinking_face 🤔 neutral_face 😐 expressionless 😑 relieved 😌 pensive 😔 cry 😢 sob 😭 worried 😟
confused 😕 angry 😠 rage 😡 tired_face 😫 sleepy 😪 sleeping 😴 mask 😷 hugging_face 🤗 face_with_rolling_eyes 🙄
upside_down_face 🙃 sunglasses 😎 scream 😱 flushed 😳 disappointed 😞 wave 👋 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎
clap 👏 raised_hands 🙌 pray 🙏 muscle 💪 point_right 👉 point_left 👈 point_up 👆 point_down 👇 ok_hand 👌 handshake 🤝
eyes 👀 heart ❤️ broken_heart 💔 green_heart 💚 blue_heart 💙 star ⭐ sparkles ✨ fire 🔥 zap ⚡ bulb 💡 warning ⚠️
rotating_light 🚨 no_entry ⛔ x ❌ white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ question ❓ exclamation ❗
information_source ℹ️ hourglass ⌛ hourglass_flowing_sand ⏳ alarm_clock ⏰ calendar 📅 date 📅 phone ☎️ telephone_receiver 📞
iphone 📱 email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 memo 📝 pencil 📝 pencil2 ✏️ book 📖 books 📚
newspaper 📰 clipboard 📋 pushpin 📌 paperclip 📎 link 🔗 lock 🔒 unlock 🔓 key 🔑 mag 🔍 bell 🔔 no_bell 🔕 loudspeaker 📢
mega 📣 speech_balloon 💬 thought_balloon 💭 bar_chart 📊 chart_with_upwards_trend 📈 house 🏠 hospital 🏥 school 🏫 office 🏢
ambulance 🚑 police_car 🚓 fire_engine 🚒 bus 🚌 car 🚗 bike 🚲 baby 👶 child 🧒 older_woman 👵 older_man 👴 family 👪
nurse 🧑‍⚕️ teacher 🧑‍🏫 dog 🐶 cat 🐱 seedling 🌱 sunny ☀️ cloud ☁️ umbrella ☔ snowflake ❄️ rainbow 🌈 coffee ☕ tea 🍵 cake 🍰
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ 100 💯`.trim().split(/\s+/);

const CHARACTERS = new Map();
for (let i = 0; i < NAMES.length; i += 2) CHARACTERS.set(NAMES[i], NAMES[i + 1]);

// People may write it; the bot never does.
CHARACTERS.set("tada", "\u{1F389}");

/** The character for a name (without colons); the name in colons where there is none. */
export const emoji = (name) => CHARACTERS.get(name.toLowerCase()) ?? `:${name}:`;

/** The text with every known `:name:` as its character. */
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/gi, (whole, name) => CHARACTERS.get(name.toLowerCase()) ?? whole);
