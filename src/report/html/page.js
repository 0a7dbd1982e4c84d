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
  let view, order = 0, falling = false, page = 0, found = rows;

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

  // A row with its seven cells; the first opens and shuts what is below it.
  const line = (item, learner, cells) => {
    const button = make("button", { type: "button", className: "row" }, make("bdi", {}, learner));
    button.setAttribute("aria-expanded", "false");
    const row = make("tr", {}, make("th", { scope: "row" }, button), ...cells);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) row.nextElementSibling.remove();
      else row.after(view.details(item));
    });
    return row;
  };
  const points = (score, max) => cell(`${score / 100} of ${max / 100}`, "n");
  const seconds = (time) => cell((time / 1000).toFixed(2), "n maybe");

  const submissions = {
    heads: ["learner", "name", "exercise", "verdict", "points", "tests", "seconds"],
    orders: [
      (a, b) => text.compare(a[LEARNER], b[LEARNER]) || a[EXERCISE] - b[EXERCISE],
      (a, b) => text.compare(a[NAME], b[NAME]),
      by(EXERCISE), by(VERDICT), by(SCORE),
      (a, b) => passed(a) - passed(b),
      by(TIME),
    ],
    none: ["There are no submissions.", "No submission matches."],
    items: (some) => some,
    details,
    show: (row) => {
      const exercise = frame.exercises[row[EXERCISE]];
      return line(row, row[LEARNER], [
        cell(make("bdi", {}, row[NAME]), "maybe"),
        cell(make("bdi", {}, exercise.title)),
        cell(badge(row)),
        points(row[SCORE], exercise.max),
        cell(`${passed(row)} of ${exercise.tests.length}`, "n maybe"),
        seconds(row[TIME]),
      ]);
    },
  };

  // Every learner with all that they handed in, made when it is first asked for.
  let people;
  const everybody = () => {
    if (people) return people;
    const known = new Map();
    for (const row of rows) {
      if (!known.has(row[LEARNER])) {
        known.set(row[LEARNER], { learner: row[LEARNER], name: row[NAME], rows: [], passes: 0, score: 0, tests: 0, time: 0 });
      }
      const person = known.get(row[LEARNER]);
      person.rows.push(row);
      person.passes += row[VERDICT] === 0 ? 1 : 0;
      person.score += row[SCORE];
      person.tests += passed(row);
      person.time += row[TIME];
    }
    people = [...known.values()];
    return people;
  };
  const sum = (measure) => frame.exercises.reduce((all, exercise) => all + measure(exercise), 0);
  const whole = { score: sum((exercise) => exercise.max), tests: sum((exercise) => exercise.tests.length) };
  const strip = (person) => {
    const squares = frame.exercises.map((exercise, index) => {
      const row = person.rows.find((row) => row[EXERCISE] === index);
      const title = `${exercise.title}: ${row ? frame.verdicts[row[VERDICT]] : "–"}`;
      return make("i", { title, className: row ? `v${row[VERDICT]}` : "rest" });
    });
    const all = make("div", { className: "strip", role: "img" }, ...squares);
    all.setAttribute("aria-label", squares.map((square) => square.title).join("; "));
    return all;
  };
  const learners = {
    heads: ["learner", "name", "exercises", "passed", "points", "tests", "seconds"],
    orders: [
      (a, b) => text.compare(a.learner, b.learner),
      (a, b) => text.compare(a.name, b.name),
      (a, b) => a.rows.length - b.rows.length,
      (a, b) => a.passes - b.passes,
      (a, b) => a.score - b.score,
      (a, b) => a.tests - b.tests,
      (a, b) => a.time - b.time,
    ],
    none: ["There are no learners.", "No learner matches."],
    // Those with a submission that matches.
    items: (some) => {
      const found = new Set(some.map((row) => row[LEARNER]));
      return everybody().filter((person) => found.has(person.learner));
    },
    details: (person) => {
      const list = make("ul", { className: "outcomes" });
      for (const row of person.rows) {
        const exercise = frame.exercises[row[EXERCISE]];
        const mark = make("span", { className: row[VERDICT] === 0 ? "mark good" : "mark" }, frame.verdicts[row[VERDICT]]);
        list.append(make("li", {}, mark, " ", make("bdi", {}, exercise.title), ` · ${row[SCORE] / 100} of ${exercise.max / 100}`));
      }
      return make("tr", { className: "more" }, make("td", { colSpan: heads.length }, list));
    },
    show: (person) => line(person, person.learner, [
      cell(make("bdi", {}, person.name), "maybe"),
      cell(strip(person)),
      cell(`${person.passes} of ${frame.exercises.length}`),
      points(person.score, whole.score),
      cell(`${person.tests} of ${whole.tests}`, "n maybe"),
      seconds(person.time),
    ]),
  };
  const views = { submissions, learners };

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
    body.replaceChildren(...part.map(view.show));
    at("status").textContent = part.length === 0
      ? view.none[rows.length === 0 ? 0 : 1]
      : `${from + 1} to ${from + part.length} of ${found.length}` + (found.length < view.total ? ` that match, of ${view.total}` : "");
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
    const matching = rows.filter((row) =>
      (exercise === "" || row[EXERCISE] === Number(exercise)) &&
      (verdict === "" || row[VERDICT] === Number(verdict)) &&
      words.every((word) => haystack(row).includes(word)));
    found = view.items(matching);
    const compare = view.orders[order];
    found.sort(falling ? (a, b) => compare(b, a) : compare);
    page = 0;
    draw();
  };

  const look = () => {
    view = views[at("view").value];
    view.total ??= view.items(rows).length;
    heads.forEach((head, index) => { head.querySelector("button").textContent = view.heads[index]; });
    find();
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
  at("view").addEventListener("input", look);
  at("size").addEventListener("input", draw);
  at("search").form.addEventListener("submit", (event) => event.preventDefault());
  at("previous").addEventListener("click", () => { page -= 1; draw(); });
  at("next").addEventListener("click", () => { page += 1; draw(); });
  for (const part of document.querySelectorAll("details")) part.addEventListener("toggle", reach);
  addEventListener("resize", reach);
  look();
})();
