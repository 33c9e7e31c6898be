// A reader's dial over the models of one table: choose an option of each choice, read the estimate. The table itself
// stays, folded below; without this script it stands open and there is no dial.
(() => {
  const figure = document.getElementById("tbl-did-dial");
  const table = figure && figure.querySelector("table");
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells];
  const place = (words) => heads.findIndex((head) => head.textContent.startsWith(words));
  const at = { estimate: place("Estimate"), p: place("p,"), below: place("Of all") };
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  const choices = heads.map((head, k) => ({ name: head.textContent.trim(), k }))
    .filter(({ k, name }) => k < at.estimate && name !== "Status")
    .map(({ name, k }) => ({ name, k, options: [...new Set(rows.map((row) => row[k]))] }));
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const strip = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const values = rows.map((row) => Number(row[at.estimate].replace(",", "")));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (value) => 10 + (580 * (value - low)) / (high - low || 1);
  const line = (value, from, to, name) => `<line class="${name}" x1="${x(value)}" x2="${x(value)}" y1="${from}" y2="${to}"/>`;
  strip.setAttribute("viewBox", "0 0 600 44");
  strip.setAttribute("aria-hidden", "true");
  const unit = heads[at.estimate].textContent.match(/\(([^)]*)\)/)[1];
  const all = heads[at.below].textContent.match(/all ([0-9,]+)/)[1];
  const ends = [low ? `lowest ${low.toFixed(1)}` : "0", ...(low < 0 && high > 0 ? ["dashed: zero"] : []),
    `${high ? `highest ${high.toFixed(1)}` : "0"} ${unit}`];

  const said = make("output", { className: "dial-said" });
  said.setAttribute("aria-live", "polite");
  const selects = choices.map(({ options }, k) => make("select", { id: `dial-${k}` },
    ...options.map((option) => make("option", { textContent: option }))));
  const show = () => {
    const chosen = rows.findIndex((row) => choices.every(({ k }, i) => row[k] === selects[i].value));
    const row = rows[chosen];
    const order = [...values].sort((a, b) => a - b).indexOf(values[chosen]) + 1;
    said.textContent = `Estimate ${row[at.estimate]} ${unit}; p ${/^</.test(row[at.p]) ? row[at.p] : `= ${row[at.p]}`} ` +
      `for this model alone; number ${order} of ${rows.length} in this table from the lowest. ` +
      `Of all ${all} models, ${row[at.below]}% are lower.`;
    strip.innerHTML = line(0, 2, 42, "nought") + values.map((value) => line(value, 14, 30, "model")).join("") +
      line(values[chosen], 6, 38, "chosen");
  };
  const reset = make("button", { type: "button", textContent: "Headline's options" });
  reset.addEventListener("click", () => {
    selects.forEach((select, i) => { select.value = rows[0][choices[i].k]; });
    show();
  });
  const scale = make("p", { className: "dial-scale" }, ...ends.map((words) => make("span", { textContent: words })));
  scale.setAttribute("aria-hidden", "true");
  const status = figure.querySelector("figcaption .status");
  const dial = make("fieldset", { className: "dial" },
    make("legend", {}, "Choose an analysis ", ...(status ? [status.cloneNode(true)] : [])),
    ...choices.map(({ name }, k) => make("p", {}, make("label", { htmlFor: `dial-${k}`, textContent: name }), selects[k])),
    reset, strip, scale, said);
  dial.addEventListener("change", show);
  const box = table.closest(".table-scroll");
  const folded = make("details", { className: "numbers-of" }, make("summary", { textContent: "Table of all these models" }));
  box.before(dial, folded);
  folded.append(box);
  show();
})();
