// Nothing that changes anything happens without a question.

import { make } from './dom.js';

const dialog = document.getElementById('ask');
const wrong = dialog.querySelector('.wrong');
const yes = dialog.querySelector('button[value=yes]');

dialog.querySelector('button[value=no]').addEventListener('click', () => dialog.close());

/**
 * Asks, and does it where the answer is yes. What goes wrong is said in the dialog, which stays.
 * Fields: name, label, and where they are not texts kind ("checkbox"), value, required.
 */
export function ask(title, text, button, fields, does) {
  document.getElementById('ask-title').textContent = title;
  document.getElementById('ask-text').textContent = text;
  yes.textContent = button;
  wrong.textContent = '';
  document.getElementById('ask-fields').replaceChildren(...fields.map(field => field.kind === 'checkbox'
    ? make('label', {}, make('input', { type: 'checkbox', name: field.name }), ` ${field.label}`)
    : make('label', {}, field.label, make('input', { name: field.name, value: field.value, required: field.required, maxlength: field.most, autocomplete: 'off' }))));
  const form = dialog.querySelector('form');
  form.onsubmit = async event => {
    event.preventDefault();
    yes.disabled = true;
    wrong.textContent = '';
    try {
      const said = {};
      for (const field of fields) said[field.name] = field.kind === 'checkbox' ? form.elements[field.name].checked : form.elements[field.name].value;
      await does(said);
      dialog.close();
    } catch (trouble) {
      wrong.textContent = trouble.message;
    } finally {
      yes.disabled = false;
    }
  };
  dialog.showModal();
}
