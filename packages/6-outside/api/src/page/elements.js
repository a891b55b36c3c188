/** Making elements. Text is set as text, never as markup, whatever the server says. */

export const $ = (id) => document.getElementById(id);

/** @param children elements or texts; empty ones are left out */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children.filter((child) => child !== "" && child !== null && child !== undefined));
  return made;
}

let zone = { timeZone: "UTC" };

/** All times are shown in the time zone of the site, wherever the reader is. */
export function useTimeZone(timeZone) {
  zone = { timeZone };
}

export const timeText = (iso) =>
  iso === null
    ? "never"
    : new Date(iso).toLocaleString(undefined, { ...zone, dateStyle: "medium", timeStyle: "short" });

export const zoneText = () => zone.timeZone;

export const numberText = (value, digits = 2) => (value === null ? "–" : value.toFixed(digits));

/** A value with its unit, as people write it; a status has neither unit nor decimals. */
export function quantity(value, unit, digits = 2) {
  if (unit === "1") return value === null ? "–" : String(Number(value.toFixed(digits)));
  return `${numberText(value, digits)} ${unit === "m[H2O]" ? "m" : unit}`;
}
