"use strict";
(() => {
  const find = document.getElementById("find");
  foldLongLists();
  if (find === null) return;

  const filter = document.getElementById("filter");
  const kind = document.getElementById("kind");
  const clear = document.getElementById("clear");
  const shown = document.getElementById("shown");
  const nobody = document.getElementById("nobody");
  const choices = Array.from(document.querySelectorAll(".group-choice"));
  const sections = Array.from(document.querySelectorAll(".kind"), (element) => ({
    element,
    part: element.querySelector(".part"),
    kind: element.dataset.kind,
    rows: Array.from(element.querySelectorAll(".row"), (row) => ({
      element: row,
      text: plain(row.querySelector(".who").textContent + " " + row.querySelector(".where").textContent),
      groups: new Set(row.dataset.groups.trim().split(" ")),
    })),
  }));
  const total = sections.reduce((sum, section) => sum + section.rows.length, 0);

  for (const control of [kind, ...choices]) control.addEventListener("change", apply);
  find.addEventListener("input", apply);
  clear.addEventListener("click", () => {
    for (const control of [find, kind, ...choices]) control.value = "";
    apply();
    find.focus();
  });
  filter.hidden = false;
  apply();

  /** Show the people who match every control, hide the others, and say how many there are. */
  function apply() {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    const groups = choices.map((choice) => choice.value).filter(Boolean);
    const idle = !(words.length || groups.length || kind.value);
    let count = 0;
    for (const section of sections) {
      const wanted = !kind.value || kind.value === section.kind;
      let left = 0;
      for (const row of section.rows) {
        const hit = wanted && groups.every((group) => row.groups.has(group)) && words.every((word) => row.text.includes(word));
        if (row.element.hidden === hit) row.element.hidden = !hit;
        if (hit) left += 1;
      }
      section.element.hidden = left === 0;
      section.part.hidden = left === section.rows.length;
      section.part.textContent = `${number(left)} shown`;
      count += left;
    }
    nobody.hidden = count > 0;
    clear.disabled = idle;
    shown.textContent = `Showing ${number(count)} of ${number(total)}`;
  }

  /** Return a text for comparison: without accents, in lower case. */
  function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /** Return a number as the rest of the page writes it: 5,000. */
  function number(count) {
    return count.toLocaleString("en");
  }

  /** Fold the bars after the first few behind a button; paper and browsers without scripts show all of them. */
  function foldLongLists() {
    const most = 12;
    for (const list of document.querySelectorAll(".bars")) {
      if (list.children.length <= most) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "more";
      button.setAttribute("aria-controls", list.id);
      const turn = (open) => {
        list.classList.toggle("folded", !open);
        button.setAttribute("aria-expanded", String(open));
        button.textContent = open ? "Show fewer" : `Show all ${number(list.children.length)}`;
      };
      button.addEventListener("click", () => turn(list.classList.contains("folded")));
      list.after(button);
      turn(false);
    }
  }
})();
