"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const frame = JSON.parse(at("frame").textContent);
  const rows = JSON.parse(at("rows").textContent);
  const outcomes = ["passed", "failed", "crashed", "output limit", "memory limit", "time limit", "not run"];
  const [LEARNER, NAME, EXERCISE, VERDICT, SCORE, TIME, TESTS] = [0, 1, 2, 3, 4, 5, 6];
  const body = at("table").tBodies[0];
  const heads = [...at("table").querySelectorAll("thead th")];
  const passed = (row) => row[TESTS].split("0").length - 1;
  const text = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const by = (field) => (a, b) => a[field] - b[field];
  const orders = [
    (a, b) => text.compare(a[LEARNER], b[LEARNER]) || a[EXERCISE] - b[EXERCISE],
    (a, b) => text.compare(a[NAME], b[NAME]),
    by(EXERCISE), by(VERDICT), by(SCORE),
    (a, b) => passed(a) - passed(b),
    by(TIME),
  ];
  let order = 0, falling = false, page = 0, found = rows;

  const make = (name, properties = {}, ...content) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...content);
    return element;
  };
  const fill = (select, words) => words.forEach((word, value) => select.append(make("option", { value }, word)));
  const haystack = (row) => row.text ??= [row[LEARNER], row[NAME], frame.exercises[row[EXERCISE]].title, frame.verdicts[row[VERDICT]]].join("\n").toLowerCase();

  const cell = (content, className = "") => make("td", { className }, content);
  const badge = (row) => make("span", { className: `badge v${row[VERDICT]}` }, frame.verdicts[row[VERDICT]]);

  const details = (row) => {
    const titles = frame.exercises[row[EXERCISE]].tests;
    const list = make("ul", { className: "outcomes" });
    titles.forEach((title, index) => {
      const outcome = outcomes[row[TESTS][index]] ?? "unknown";
      const mark = make("span", { className: outcome === "passed" ? "mark good" : "mark" }, outcome);
      list.append(make("li", {}, mark, " ", make("bdi", {}, title)));
    });
    // What has no column on a narrow screen.
    const beside = make("p", { className: "narrow" }, make("bdi", {}, row[NAME] || row[LEARNER]),
      ` · ${passed(row)} of ${titles.length} tests · ${(row[TIME] / 1000).toFixed(2)} seconds`);
    if (titles.length === 0) list.append(make("li", {}, "This exercise has no tests."));
    const wide = make("td", { colSpan: heads.length }, beside, list);
    return make("tr", { className: "more" }, wide);
  };

  const toggle = (button, line, row) => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) line.nextElementSibling.remove();
    else line.after(details(row));
  };

  const show = (row) => {
    const exercise = frame.exercises[row[EXERCISE]];
    const button = make("button", { type: "button", className: "row" }, make("bdi", {}, row[LEARNER]));
    button.setAttribute("aria-expanded", "false");
    const line = make("tr", {},
      make("th", { scope: "row" }, button),
      cell(make("bdi", {}, row[NAME]), "maybe"),
      cell(make("bdi", {}, exercise.title)),
      cell(badge(row)),
      cell(`${row[SCORE] / 100} of ${exercise.max / 100}`, "n"),
      cell(`${passed(row)} of ${exercise.tests.length}`, "n maybe"),
      cell((row[TIME] / 1000).toFixed(2), "n maybe"));
    button.addEventListener("click", () => toggle(button, line, row));
    return line;
  };

  // A table that scrolls can be scrolled with the keyboard, and only such a one is a stop on the way.
  const reach = () => {
    for (const place of document.querySelectorAll(".scroll")) {
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };

  const draw = () => {
    const size = Number(at("size").value);
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    const from = page * size;
    const part = found.slice(from, from + size);
    body.replaceChildren(...part.map(show));
    at("status").textContent = part.length === 0
      ? (rows.length === 0 ? "There are no submissions." : "No submission matches.")
      : `${from + 1} to ${from + part.length} of ${found.length}` + (found.length < rows.length ? ` that match, of ${rows.length}` : "");
    at("page").textContent = `page ${page + 1} of ${pages}`;
    const [previous, next] = [at("previous"), at("next")];
    const here = document.activeElement;
    previous.disabled = page === 0;
    next.disabled = page === pages - 1;
    // Whoever came to an end with the keyboard goes on from there.
    if (here === next && next.disabled) previous.focus();
    if (here === previous && previous.disabled) next.focus();
    reach();
  };

  const find = () => {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [exercise, verdict] = [at("exercise").value, at("verdict").value];
    found = rows.filter((row) =>
      (exercise === "" || row[EXERCISE] === Number(exercise)) &&
      (verdict === "" || row[VERDICT] === Number(verdict)) &&
      words.every((word) => haystack(row).includes(word)));
    const compare = orders[order];
    found.sort(falling ? (a, b) => compare(b, a) : compare);
    page = 0;
    draw();
  };

  heads.forEach((head, index) => head.querySelector("button").addEventListener("click", () => {
    falling = order === index && !falling;
    order = index;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    find();
  }));
  fill(at("exercise"), frame.exercises.map((exercise) => exercise.title));
  frame.verdicts.forEach((word, value) => {
    if (rows.some((row) => row[VERDICT] === value)) at("verdict").append(make("option", { value }, word));
  });
  for (const id of ["search", "exercise", "verdict"]) at(id).addEventListener("input", find);
  at("size").addEventListener("input", draw);
  at("search").form.addEventListener("submit", (event) => event.preventDefault());
  at("previous").addEventListener("click", () => { page -= 1; draw(); });
  at("next").addEventListener("click", () => { page += 1; draw(); });
  for (const part of document.querySelectorAll("details")) part.addEventListener("toggle", reach);
  addEventListener("resize", reach);
  find();
})();
