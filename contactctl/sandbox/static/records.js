// One request in words: what it was, whose, what it brought, and what was wrong with it.

import { made } from "./parts.js";

const LONGEST_VALUE = 80;
const LONGEST = 300;
const FIRST_FAILURE = 400;

export const pathOf = (record) => `${record.method} ${record.path.replace(/^\/api\/v1/, "")}`;
export const whoOf = ({ contact }) => contact?.email ?? contact?.userId ?? contact?.id ?? "";
export const timeOf = (record) => new Date(record.at).toLocaleTimeString("en-GB");
export const dayOf = (record) => new Date(record.at).toLocaleDateString("sv-SE"); // 2026-11-26
export const isProblem = (record) => record.status >= FIRST_FAILURE || record.warnings.length > 0;

export function statusOf(record) {
  const kind = record.status < FIRST_FAILURE ? "good" : record.status < 500 ? "refused" : "failed";
  return made("span", { className: `status ${kind}` }, record.status);
}

/** Return why a request was refused, and what of it was ignored, as lines. */
export const notesOf = (record) =>
  [record.why, ...record.warnings].filter(Boolean).map((text) => made("span", { className: "why" }, text));

/** Return in one line what a request brought, but for the names of its contact. */
export function sentOf({ path, query, request, reply }) {
  if (path.endsWith("/find") && reply?.length === 0) return "found nobody";
  const { email, userId, ...others } = { ...query, ...(typeof request === "object" ? request : {}) };
  const parts = Object.entries(others).map(([name, value]) => `${name}: ${short(value)}`);
  if (typeof request === "string") parts.push(short(request));
  return parts.join(", ").slice(0, LONGEST);
}

function short(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Return what a search looks into, in lower case. */
export function textOf(record) {
  const parts = [pathOf(record), record.status, record.why, ...record.warnings];
  parts.push(JSON.stringify([record.contact, record.query, record.request]));
  return parts.filter(Boolean).join(" ").toLowerCase();
}
