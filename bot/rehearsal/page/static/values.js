// What is set on a control: Slack's entry in state.values, or the value it begins with, in one plain form.

const INITIAL = ["initial_value", "initial_option", "initial_options", "initial_user", "initial_users", "initial_conversation",
  "initial_conversations", "initial_channel", "initial_channels", "initial_date", "initial_time", "initial_date_time"];

const plain = (value) => (Array.isArray(value) ? value.map(plain) : value && typeof value === "object" ? value.value : value);

export const optionsOf = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options ?? [])];
export const isSeveral = (element) => element.type === "checkboxes" || element.type.startsWith("multi_");
export const isTyped = (element) => ["plain_text_input", "email_text_input", "url_text_input", "number_input"].includes(element.type);
export const hasValue = (element) => !["button", "overflow", "image", "workflow_button"].includes(element.type);

/** The value as text, an option's value, or a list of these; "" or [] where nothing is set. `entry` may be missing. */
export function valueOf(element, entry) {
  let value;
  if (entry && typeof entry === "object" && !Array.isArray(entry)) {
    const key = Object.keys(entry).find((name) => name !== "type");
    value = key && entry[key];
  } else if (entry === undefined) {
    value = element[INITIAL.find((name) => element[name] !== undefined)];
  } else value = entry;
  value = plain(value);
  return isSeveral(element) ? value ?? [] : value === null || value === undefined ? "" : String(value);
}

/** Every control of these blocks, with its block. */
export function* controlsOf(blocks) {
  for (const block of blocks ?? []) {
    const elements = block.type === "actions" ? block.elements : block.type === "input" ? [block.element] : [block.accessory];
    for (const element of elements ?? []) if (element && element.type !== "image") yield { block, element };
  }
}

export const keyOf = (block, element) => `${block.block_id ?? ""}/${element.action_id ?? ""}`;
