/* What the tests ask of an open page. Everything here only looks. */
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const text = (root, selector) => root.querySelector(selector)?.textContent ?? "";
const seeable = (element) => element.checkVisibility({contentVisibilityAuto: false, visibilityProperty: true});

/** Every person of the page: who, where, what is to know, and the values before and after. */
const people = (rows = all(".row")) => rows.map((row) => ({
  who: all(".who bdi", row).map((piece) => piece.textContent),
  where: text(row, ".where bdi"),
  labels: all(".labels li", row).map((label) => label.textContent),
  fields: all(".cell", row).map((cell) => [text(cell, "dt"), text(cell, ".before"), text(cell, ".after")]),
}));

/** The names of the people who are shown. */
const shown = () => all(".row").filter(seeable).map((row) => text(row, ".name"));

/** Set a control as a person does: the value, then the event. */
const choose = (id, label) => {
  const control = document.getElementById(id);
  const option = all("option", control).find((one) => one.textContent === label);
  control.value = option ? option.value : label;
  control.dispatchEvent(new Event(option ? "change" : "input", {bubbles: true}));
};

/** A colour as numbers from 0 to 1, whatever form the style gives it in. */
const colour = (style) => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.fillStyle = style;
  pen.fillRect(0, 0, 1, 1);
  return Array.from(pen.getImageData(0, 0, 1, 1).data, (part) => part / 255);
};
const colours = new Map();
const cached = (style) => colours.get(style) ?? colours.set(style, colour(style)).get(style);

/** What is painted under an element: the nearest background that lets nothing through. */
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const found = cached(getComputedStyle(at).backgroundColor);
    if (found[3] === 1) return found;
  }
  return [1, 1, 1, 1];
};

/** The contrast of two colours by WCAG 2.2. */
const contrast = (one, other) => {
  const light = ([...parts]) => parts.slice(0, 3)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const [bright, dark] = [light(one), light(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
};

/** Every pair of a text and what is under it, with its contrast, the worst first; of bars with `bars`. */
const contrasts = (bars = false) => {
  const pairs = new Map();
  const elements = bars ? all("svg rect, .key") : all("body *").filter(
    (element) => element.matches("input, select") || Array.from(element.childNodes).some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()));
  for (const element of elements.filter(seeable)) {
    if (element.closest("script, option, title, desc")) continue;
    const style = getComputedStyle(element);
    const paint = bars ? (element.matches("rect") ? style.fill : style.backgroundColor) : style.color;
    const under = ground(bars ? element.closest(".card") : element);
    const name = element.tagName + "." + (element.getAttribute("class") ?? "");
    pairs.set(`${paint} on ${under}`, [contrast(cached(paint), under), name, paint, under.join(" ")]);
  }
  return Array.from(pairs.values()).sort((a, b) => a[0] - b[0]);
};
