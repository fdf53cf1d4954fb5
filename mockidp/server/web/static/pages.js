// Copies what stands beside a button. Without JavaScript there is no button.
document.addEventListener('click', async (e) => {
  const button = e.target.closest('[data-copy]');
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not copied';
  }
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
});
const show = () => { for (const b of document.querySelectorAll('[data-copy]')) b.hidden = false; };
document.addEventListener('DOMContentLoaded', show);
// A list does not change under who is at it with the keyboard, or reads a command
// line: it catches up afterwards.
const busy = (live) => live.querySelector('details.curl[open]') || live.querySelector('a:focus, button:focus, summary:focus');
let late = false;
const hold = (e) => {
  const live = e.detail.requestConfig.elt;
  if (live.id !== 'live') return; // somebody asked for another list
  late = Boolean(busy(live));
  if (late) e.preventDefault();
};
document.addEventListener('htmx:beforeRequest', hold);
document.addEventListener('htmx:beforeSwap', hold); // who came while the answer was under way
const catchUp = () => setTimeout(() => {
  const live = document.getElementById('live');
  if (late && live && !busy(live)) htmx.trigger(live, 'sse:changed');
}, 100);
document.addEventListener('focusout', catchUp);
document.addEventListener('toggle', catchUp, true);
// In a narrow window the menu is a strip: the page that is shown comes into view.
for (const a of document.querySelectorAll('.menu [aria-current], .tenants [aria-current]')) {
  const strip = a.closest('ul, nav');
  strip.scrollLeft = a.offsetLeft - strip.offsetLeft - 16;
}
document.addEventListener('htmx:afterSettle', show);
show();
