for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0], select = document.getElementById(table.dataset.select);
  const sort = (column, order) => {
    const sign = order === "ascending" ? 1 : -1, value = row => row.cells[column].dataset.v;
    const rows = [...body.rows];
    rows.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === "" || y === "") return (x === "") - (y === "");  // rows without the figure come last
      return sign * (heads[column].dataset.text ? x.localeCompare(y) : x - y);
    });
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", order);
    select.value = column;
    body.append(...rows);
  };
  const opposite = order => order === "ascending" ? "descending" : "ascending";
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (button) button.onclick = () =>
      sort(column, head.getAttribute("aria-sort") === head.dataset.order ? opposite(head.dataset.order) : head.dataset.order);
  });
  select.onchange = () => sort(+select.value, heads[select.value].dataset.order);
  select.closest("p").hidden = false;
}
