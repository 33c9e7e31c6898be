// Filters the list of findings and exhibits. Without it the whole list stands there.
(() => {
  const form = document.querySelector(".register-filter");
  const rows = [...document.querySelectorAll("table.register tbody tr")];
  if (!form || !rows.length) return;
  form.hidden = false;
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const { words, kind, status, closed } = Object.fromEntries(new FormData(form));
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, k) => {
      const { dataset } = row;
      const fits = (!kind || dataset.kind === kind) && (!status || dataset.status === status) &&
        (!closed || dataset.closed === closed) && wanted.every((word) => texts[k].includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
