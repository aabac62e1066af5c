// Finds people and groups for a list while one types. Without this file a link leads to a page that does the same.
"use strict";

const WAIT_MS = 300;

for (const box of document.querySelectorAll("[data-picker]")) {
  const field = document.getElementById(box.dataset.field);
  if (field) makePicker(box, field, box.dataset);
}

function makePicker(box, field, texts) {
  const address = texts.picker;
  const isList = field.tagName === "TEXTAREA";
  const id = `${field.id}-picker`;
  const input = make("input", { type: "search", id, autocomplete: "off", spellcheck: false, placeholder: texts.search });
  const list = make("ul", { id: `${id}-list`, hidden: true });
  const status = make("p", { className: "help" });
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-label": texts.search };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", texts.what);
  if (isList) list.setAttribute("aria-multiselectable", "true");
  status.setAttribute("role", "status");
  box.replaceChildren(input, status, list);

  let timer = 0, asked = 0, page = 1, active = -1;
  const options = () => [...list.children];
  const lines = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const isChosen = (value) => (isList ? lines() : [field.value.trim()]).some((line) => line.toLowerCase() === value.toLowerCase());

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const move = (to) => {
    const all = options();
    if (!all.length) return;
    active = (to + all.length) % all.length;
    all.forEach((option, n) => option.classList.toggle("active", n === active));
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  };
  const mark = (option) => option.setAttribute("aria-selected", String(isChosen(option.dataset.value)));

  const choose = (option) => {
    if ("more" in option.dataset) { look(page + 1); return; }
    const value = option.dataset.value, name = option.dataset.label;
    if (!isList) {
      field.value = value;
      status.textContent = say(texts.chosen, { name });
      close();
      return;
    }
    const wasChosen = isChosen(value);
    field.value = (wasChosen ? lines().filter((line) => line.toLowerCase() !== value.toLowerCase()) : [...lines(), value]).join("\n");
    field.scrollTop = field.scrollHeight;
    status.textContent = say(wasChosen ? texts.removed : texts.added, { name, n: shown(lines().length) });
    mark(option);
  };

  const show = (answer) => {
    const at = list.children.length;
    for (const each of answer.found) {
      const option = make("li", { id: `${id}-${list.children.length}` });
      option.dataset.value = each.value;
      option.dataset.label = each.label;
      option.append(make("b", { textContent: each.label }), make("small", { textContent: each.detail }));
      list.append(option);
    }
    if (answer.has_more && page < 10) {
      const more = make("li", { id: `${id}-more`, className: "more", textContent: texts.more });
      more.dataset.more = "";
      list.append(more);
    }
    for (const option of options()) {
      option.setAttribute("role", "option");
      if (!("more" in option.dataset)) mark(option);
    }
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = list.hidden ? texts.nothing : say(texts.found, { n: shown(options().filter((o) => !("more" in o.dataset)).length) });
    if (at) move(at);
  };

  const look = async (wanted) => {
    const text = input.value.trim(), turn = ++asked;
    if (!text) { close(); list.replaceChildren(); status.textContent = ""; return; }
    status.textContent = texts.busy;
    let answer;
    try {
      const reply = await fetch(`${address}?${new URLSearchParams({ q: text, page: wanted })}`, { headers: { Accept: "application/json" } });
      answer = reply.redirected ? { error: texts.signedOut } : await reply.json();
    } catch {
      answer = { error: texts.noAnswer };
    }
    if (turn !== asked) return;
    status.classList.toggle("bad-text", Boolean(answer.error));
    if (wanted === 1 || answer.error) { if (wanted === 1) list.replaceChildren(); close(); }
    if (answer.error) { status.textContent = `${answer.error} ${answer.remedy || ""}`.trim(); return; }
    page = wanted;
    document.getElementById(`${id}-more`)?.remove();
    show(answer);
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS, 1); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); if (list.hidden && !list.children.length) look(1); else { list.hidden = false; input.setAttribute("aria-expanded", "true"); move(active + 1); } }
    else if (event.key === "ArrowUp") { event.preventDefault(); if (!list.hidden) move(active < 0 ? -1 : active - 1); }
    else if (event.key === "Enter") { event.preventDefault(); if (!list.hidden && active >= 0) choose(options()[active]); else { clearTimeout(timer); look(1); } }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the input
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) { active = options().indexOf(option); choose(option); }
  });
  input.addEventListener("blur", close);
  field.addEventListener("input", () => options().forEach((option) => { if (!("more" in option.dataset)) mark(option); }));
}

// The page gives each text in its language, with {names} of what goes in.
function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}

function shown(n) {
  return n.toLocaleString(document.documentElement.lang);
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
