// What every view is made of. Text from outside becomes text and nothing else.

// Controls, and marks that turn or hide the text around them.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export const at = (id) => document.getElementById(id);

/** Return text fit to be read: what cannot be seen is spelled. */
export function shown(value) {
  const spelled = (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return String(value ?? "").replace(UNSEEN, spelled);
}

/** Return an element with properties and children; a child that is no node is shown as text. */
export function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.map((child) => (child instanceof Node ? child : shown(child))));
  return element;
}

/** Return a button that does something when it is pressed, and is told of that. */
export function pressed(text, onPress) {
  const button = made("button", { type: "button" }, text);
  button.addEventListener("click", () => onPress(button));
  return button;
}

export function rowOf(key, cells) {
  const row = made("tr", {}, ...cells);
  row.dataset.key = key;
  return row;
}

/** Return a value as JSON on several lines, or a text that is no JSON as it is. */
export function block(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return made("pre", { tabIndex: 0 }, text);
}

export const count = (number, one, many = `${one}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** Ask the sandbox; raises for anything but its answer. */
export async function ask(path, options = {}) {
  const reply = await fetch(`/_sandbox/${path}`, { signal: AbortSignal.timeout(10_000), ...options });
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
  return reply.json();
}

/** Return names and values as a list of terms. */
export function terms(pairs) {
  return made("dl", {}, ...pairs.flatMap(([name, value]) => [made("dt", {}, name), made("dd", {}, value)]));
}
