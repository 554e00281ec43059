// The sum of the shares while they are typed.
const shares = [...document.querySelectorAll("[data-share]")];
const sum = document.getElementById("sum");
const words = document.getElementById("sum-words");

function add() {
  const total = shares.reduce((found, field) => found + (Number(field.value) || 0), 0);
  sum.dataset.state = total === 100 ? "whole" : "off";
  const remedy = total < 100 ? `${100 - total} % are missing` : `${total - 100} % too many`;
  words.textContent = total === 100 ? "100 %" : `${total} %, ${remedy}`;
}

for (const field of shares) field.addEventListener("input", add);
add();
