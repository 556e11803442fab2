// Lists, properties, suppression, and the faults that are played.

import { know } from "./detail.js";
import { ask, at, count, made, shown } from "./parts.js";

export async function draw() {
  const [account, faults] = await Promise.all([ask("account"), ask("faults")]);
  at("team").textContent = shown(account.teamName === "Sandbox" ? "" : account.teamName);
  at("contacts-count").textContent = account.contacts.toLocaleString("en");
  know(account);
  at("lists-rows").replaceChildren(...account.lists.map(listRow));
  at("properties-rows").replaceChildren(...account.properties.map(propertyRow));
  const left = count(account.removalQuota.remaining, "removal");
  at("suppression").textContent =
    `${count(account.suppressed.length, "contact")} suppressed, ${left} left of ${account.removalQuota.limit}.`;
  at("faults").textContent = faultsOf(faults);
  at("playing").hidden = !faults.fail.length && !faults.latency.length;
}

const cells = (first, ...others) => [
  made("td", { className: "first" }, first),
  ...others.map((text) => made("td", {}, text)),
];

function listRow(list) {
  return made("tr", {}, ...cells(list.name, list.id, list.description, list.isPublic ? "public" : "private"));
}

function propertyRow(property) {
  return made("tr", {}, ...cells(property.key, property.label, property.type));
}

function faultsOf({ fail, latency, retryAfter, rateLimit }) {
  const parts = [
    ...fail.map((one) => `--fail ${one}`),
    ...latency.map((one) => `--latency ${one}`),
    ...(retryAfter === null ? [] : [`--retry-after ${retryAfter}`]),
  ];
  const limit = rateLimit === null ? "no rate limit" : `${count(rateLimit, "request")} a second`;
  return `${parts.join(", ") || "None"}; ${limit}.`;
}
