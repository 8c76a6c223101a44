// The chat page: a small client of the workspace's public REST and WebSocket API. Only the list of people to switch
// between, the Markdown and the pretend RTCD come from routes of the sandbox's own.

const $ = id => document.getElementById(id);
const state = {
  people: [], bots: [], team: null, me: null, accounts: new Map(), channels: new Map(), unread: new Map(),
  posts: new Map(), commands: [], channelId: null, rootId: null, errors: new Map(), socket: null, generation: 0,
};

// ---- Small things ------------------------------------------------------------------------------------------------

function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name in element && !name.startsWith('aria') && name !== 'list') {
      element[name] = value;
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

function svg(path) {
  const image = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  image.setAttribute('viewBox', '0 0 24 24');
  image.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  image.append(line);
  return image;
}

const icons = {
  clip: 'M21 11.500l-8.500 8.500a5.500 5.500 0 0 1-8-8L13 3.500a3.700 3.700 0 0 1 5.300 5.300L10 17a1.900 1.900 0 0 1-2.700-2.700L15 6.800',
  send: 'M4 12l16-7-6 16-3-7-7-2z',
  bot: 'M5 9h14v10H5zM12 9V5M9 13.500v1M15 13.500v1',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
};

async function request(method, path, body) {
  const headers = { Authorization: `Bearer ${state.me.token}` };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) {
    headers['Content-Type'] = 'application/json';
  }
  const response = await fetch(path, { method, headers, body: isForm || body === undefined ? body : JSON.stringify(body) });
  const answer = await response.json().catch(() => ({ message: `HTTP ${response.status}` }));
  if (!response.ok) {
    throw new Error(answer.message + (answer.detailed_error ? ` (${answer.detailed_error})` : ''));
  }
  return answer;
}

const api = {
  get: path => request('GET', `/api/v4/${path}`),
  post: (path, body = {}) => request('POST', `/api/v4/${path}`, body),
  put: (path, body = {}) => request('PUT', `/api/v4/${path}`, body),
  upload: form => request('POST', '/api/v4/files', form),
};

async function own(path, body) {
  const response = await fetch(`/sandbox/${path}`, body === undefined ? {} : {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  return response.json();
}

// ---- Markdown: rendered by the sandbox, many texts in one request, each only once -------------------------------------

const rendered = new Map();
let waiting = [];

function markdown(text, className = 'text') {
  const element = h('div', { className });
  if (rendered.has(text)) {
    element.innerHTML = rendered.get(text);
  } else {
    element.textContent = text;
    if (waiting.length === 0) {
      setTimeout(renderWaiting);
    }
    waiting.push({ text, element });
  }
  return element;
}

async function renderWaiting() {
  const batch = waiting;
  waiting = [];
  const texts = [...new Set(batch.map(item => item.text))].filter(text => !rendered.has(text));
  if (texts.length > 0) {
    const { html } = await own('render', { texts });
    texts.forEach((text, i) => rendered.set(text, html[i]));
  }
  const wasAtEnd = new Map([$('posts'), $('replies')].map(list => [list, isAtEnd(list)]));
  for (const { text, element } of batch) {
    element.innerHTML = rendered.get(text);
  }
  wasAtEnd.forEach((atEnd, list) => atEnd && toEnd(list));
}

// ---- Names --------------------------------------------------------------------------------------------------------------

const account = id => state.accounts.get(id) ?? { id, username: 'someone' };

function channelTitle(channel) {
  switch (channel.type) {
    case 'D': return account(otherIn(channel)).username;
    case 'G': return channel.display_name.split(', ').filter(name => name !== state.me.username).join(', ');
    default: return channel.display_name;
  }
}

function otherIn(channel) {
  const ids = channel.name.split('__');
  return ids.find(id => id !== state.me.id) ?? ids[0];
}

function channelAbout(channel) {
  switch (channel.type) {
    case 'D': return account(otherIn(channel)).is_bot ? 'Write what is wrong, or type /callshelp' : 'Direct messages';
    case 'G': return 'Group message';
    case 'P': return 'Private channel';
    default: return 'Public channel';
  }
}

const sign = type => type === 'P' ? svg(icons.lock) : { O: '#', D: '@', G: '&' }[type];

// ---- Channel list ----------------------------------------------------------------------------------------------------------

function showChannels() {
  const entry = channel => {
    const counts = state.unread.get(channel.id) ?? { messages: 0, mentions: 0 };
    const isCurrent = channel.id === state.channelId;
    const isUnread = counts.messages > 0 && !isCurrent;
    const title = channelTitle(channel);
    return h('li', {}, h('button', {
      type: 'button', className: isUnread ? 'unread' : '', 'aria-current': isCurrent ? 'page' : null,
      'aria-label': isUnread ? `${title}, ${counts.messages} unread` : title,
      onclick: () => openChannel(channel.id),
    },
    h('span', { className: 'sign', 'aria-hidden': 'true' }, sign(channel.type)),
    h('span', { className: 'name' }, title),
    isUnread && counts.mentions > 0 ? h('span', { className: 'badge', 'aria-hidden': 'true' }, String(counts.mentions)) : null));
  };
  const all = [...state.channels.values()];
  const byTitle = (a, b) => channelTitle(a).localeCompare(channelTitle(b));
  $('channels').replaceChildren(...all.filter(c => 'OP'.includes(c.type)).sort(byTitle).map(entry));
  $('directs').replaceChildren(...all.filter(c => 'DG'.includes(c.type)).sort(byTitle).map(entry));
}

function showPeople() {
  const popup = $('people');
  popup.hidden = !popup.hidden;
  $('new-direct').setAttribute('aria-expanded', String(!popup.hidden));
  popup.replaceChildren(...[...state.accounts.values()].filter(other => other.id !== state.me.id).map(other =>
    h('li', {}, h('button', { type: 'button', onclick: () => openDirect(other.id) },
      h('span', { className: 'sign', 'aria-hidden': 'true' }, '@'), h('span', { className: 'name' }, other.username)))));
  popup.querySelector('button')?.focus();
}

async function openDirect(userId) {
  $('people').hidden = true;
  $('new-direct').setAttribute('aria-expanded', 'false');
  const channel = await api.post('channels/direct', [state.me.id, userId]);
  state.channels.set(channel.id, channel);
  await openChannel(channel.id);
}

async function openChannel(id, { push = true } = {}) {
  const channel = state.channels.get(id);
  if (!channel) {
    return;
  }
  state.channelId = id;
  state.rootId = null;
  closeSidebar();
  showThread();
  showHead();
  if (push) {
    const path = channel.type === 'D' ? `messages/@${channelTitle(channel)}` : `channels/${channel.name}`;
    history.pushState(null, '', `/${state.team.name}/${path}`);
  }
  showPosts({ toTheEnd: true });
  showChannels();
  await loadPosts(id);
  showPosts({ toTheEnd: true });
  await markRead(id);
}

function showHead() {
  const channel = state.channels.get(state.channelId);
  const title = channelTitle(channel);
  $('channel-name').textContent = title;
  $('channel-about').textContent = channelAbout(channel);
  document.title = `${title} – CallsBot sandbox`;
  main.placeholder(account(otherIn(channel)).is_bot && channel.type === 'D'
    ? 'Write what is wrong, or type /callshelp' : `Write to ${title}`);
}

async function markRead(id) {
  state.unread.set(id, { messages: 0, mentions: 0 });
  showChannels();
  await api.post('channels/members/me/view', { channel_id: id });
}

async function loadPosts(id) {
  const list = await api.get(`channels/${id}/posts?per_page=200`);
  for (const post of Object.values(list.posts)) {
    keep(post);
  }
}

// ---- Posts -----------------------------------------------------------------------------------------------------------------

function keep(post) {
  const known = state.posts.get(post.id);
  if (known && known.update_at > post.update_at) {
    return;
  }
  state.posts.set(post.id, post);
}

const isWhisper = post => post.type === 'system_ephemeral';
const inOrder = posts => posts.sort((a, b) => a.create_at - b.create_at || a.arrived - b.arrived);

function postsInChannel() {
  return inOrder([...state.posts.values()].filter(post => post.channel_id === state.channelId && post.delete_at === 0
    && (post.root_id === '' || (isWhisper(post) && post.root_id !== state.rootId))));
}

function repliesTo(rootId) {
  return inOrder([...state.posts.values()].filter(post => post.root_id === rootId && post.delete_at === 0));
}

const isAtEnd = list => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
const toEnd = list => { list.scrollTop = list.scrollHeight; };

function showPosts({ toTheEnd = false } = {}) {
  fill($('posts'), postsInChannel().map(post => showPost(post, { inThread: false })), toTheEnd, emptyChannel);
  if (state.rootId) {
    const root = state.posts.get(state.rootId);
    fill($('replies'), [root, ...repliesTo(state.rootId)].filter(Boolean).map(post => showPost(post, { inThread: true })), toTheEnd);
  }
}

function fill(list, elements, toTheEnd, whenEmpty) {
  const follow = toTheEnd || isAtEnd(list);
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...(elements.length > 0 || !whenEmpty ? elements : [whenEmpty()]));
  if (focused) {
    list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
  if (follow) {
    toEnd(list);
  }
}

function emptyChannel() {
  const channel = state.channels.get(state.channelId);
  const withBot = channel.type === 'D' && account(otherIn(channel)).is_bot;
  return h('div', { className: 'empty' }, h('strong', {}, withBot ? 'Calls do not work?' : 'Nothing here yet'),
    withBot ? 'Type /callshelp below, or write what is wrong in your own words.' : 'Write the first message.');
}

function showPost(post, { inThread }) {
  if (post.type.startsWith('system_') && !isWhisper(post)) {
    return h('article', { className: 'post notice' }, h('span'), markdown(post.message));
  }
  const author = account(post.user_id);
  const isBot = Boolean(author.is_bot || post.props?.from_webhook);
  const name = post.props?.override_username ?? author.username;
  const replies = inThread || isWhisper(post) ? [] : repliesTo(post.id);
  const time = new Date(post.create_at);
  return h('article', { className: isWhisper(post) ? 'post whisper' : 'post', 'aria-label': `${name} wrote` },
    h('div', { className: isBot ? 'avatar bot' : 'avatar', 'aria-hidden': 'true' }, isBot ? svg(icons.bot) : name[0]),
    h('div', {},
      h('div', { className: 'by' }, h('b', {}, name), isBot ? h('span', { className: 'tag' }, 'BOT') : null,
        h('time', { dateTime: time.toISOString() }, time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })),
        post.edit_at > 0 ? h('span', { className: 'edited' }, 'edited') : null,
        isWhisper(post) ? h('span', { className: 'only-you' }, 'Only visible to you') : null),
      post.message ? markdown(post.message) : null,
      ...(post.props?.attachments ?? []).map(attachment => showAttachment(post, attachment)),
      showError(post.id),
      ...(post.metadata?.files ?? []).map(showFile),
      replies.length > 0 ? h('div', { className: 'under' }, h('button', {
        type: 'button', className: 'link', 'data-key': `thread-${post.id}`, onclick: () => openThread(post.id),
      }, replies.length === 1 ? '1 reply' : `${replies.length} replies`)) : null),
    inThread || isWhisper(post) ? null : h('button', {
      type: 'button', className: 'reply', 'aria-label': `Reply to ${name}`, 'data-key': `reply-${post.id}`, onclick: () => openThread(post.id),
    }, 'Reply'));
}

function showError(postId) {
  const message = state.errors.get(postId);
  return message ? h('p', { className: 'error', role: 'alert' }, message) : null;
}

const barColours = { good: '#1f9d63', warning: '#e0a100', danger: '#c02b33' };

function showAttachment(post, attachment) {
  const card = h('div', { className: 'card' },
    attachment.title ? h('h3', {}, attachment.title) : null,
    attachment.text ? markdown(attachment.text) : null,
    attachment.fields?.length ? h('dl', { className: 'fields' }, ...attachment.fields.map(field =>
      h('div', { className: field.short ? '' : 'long' }, h('dt', {}, field.title), h('dd', {}, markdown(String(field.value ?? '')))))) : null,
    attachment.actions?.length ? h('div', { className: 'actions' }, ...attachment.actions.map(action => showAction(post, action))) : null,
    attachment.footer ? h('div', { className: 'footer' }, attachment.footer) : null);
  const colour = barColours[attachment.color] ?? attachment.color;
  if (/^#[0-9a-f]{3,8}$/i.test(colour ?? '')) {
    card.style.borderLeftColor = colour;
  }
  return attachment.pretext ? h('div', {}, markdown(attachment.pretext, 'text pretext'), card) : card;
}

function showAction(post, action) {
  const key = `${post.id}-${action.id}`;
  if (action.type === 'select') {
    const options = (action.options ?? []).map(option => h('option', { value: option.value }, option.text));
    return h('select', {
      className: 'action', 'aria-label': action.name, 'data-key': key, disabled: Boolean(action.disabled),
      onchange: event => press(event.target, post, action, event.target.value),
    }, h('option', { value: '', disabled: true, selected: true }, action.name), ...options);
  }
  const styles = ['primary', 'good', 'success', 'warning', 'danger'];
  return h('button', {
    type: 'button', className: styles.includes(action.style) ? `action ${action.style}` : 'action', 'data-key': key,
    disabled: Boolean(action.disabled), onclick: event => press(event.currentTarget, post, action),
  }, action.name);
}

async function press(element, post, action, selected) {
  state.errors.delete(post.id);
  element.setAttribute('aria-busy', 'true');
  element.disabled = true;
  try {
    await api.post(`posts/${post.id}/actions/${action.id}`, { selected_option: selected, cookie: action.cookie });
  } catch (error) {
    state.errors.set(post.id, error.message);
  }
  element.disabled = false;
  element.removeAttribute('aria-busy');
  showPosts();
}

function showFile(file) {
  return file.mime_type === 'image/png' ? h('figure', {}, preview(file), fileButton(file)) : fileButton(file);
}

// As Mattermost's own page does, an image shows itself.
function preview(file) {
  const image = h('img', { alt: file.name });
  fetch(`/api/v4/files/${file.id}`, { headers: { Authorization: `Bearer ${state.me.token}` } })
    .then(response => response.blob())
    .then(blob => { image.src = URL.createObjectURL(blob); image.onload = () => URL.revokeObjectURL(image.src); });
  return image;
}

function fileButton(file) {
  return h('button', { type: 'button', className: 'file', 'aria-label': `Download ${file.name}`, 'data-key': `file-${file.id}`, onclick: () => download(file) },
    svg(icons.file), h('span', {}, file.name), h('small', {}, size(file.size)));
}

const size = bytes => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

async function download(file) {
  const response = await fetch(`/api/v4/files/${file.id}`, { headers: { Authorization: `Bearer ${state.me.token}` } });
  const url = URL.createObjectURL(await response.blob());
  h('a', { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// ---- Threads and panels ------------------------------------------------------------------------------------------------------

function openThread(rootId) {
  state.rootId = rootId;
  showRtcd(false);
  showThread();
  showPosts({ toTheEnd: true });
  thread.focus();
}

function showThread() {
  $('thread').hidden = !state.rootId;
}

function showRtcd(open) {
  $('rtcd').hidden = !open;
  $('rtcd-open').setAttribute('aria-expanded', String(open));
  if (open) {
    state.rootId = null;
    showThread();
  }
}

function closeSidebar() {
  $('sidebar').classList.remove('open');
  $('menu').setAttribute('aria-expanded', 'false');
}

// ---- Message box ---------------------------------------------------------------------------------------------------------------

function composer(form, inputId, label, rootId) {
  let files = [];
  const input = h('textarea', { id: inputId, rows: 1, 'aria-label': label, 'aria-autocomplete': 'list' });
  const picker = h('input', { type: 'file', multiple: true, tabIndex: -1, onchange: () => pick([...picker.files]) });
  const picked = h('div', { className: 'picked', hidden: true });
  const error = h('p', { className: 'error', role: 'alert', hidden: true });
  const list = h('ul', { className: 'suggestions', role: 'listbox', id: `${inputId}-commands`, hidden: true });
  input.setAttribute('aria-controls', list.id);
  form.append(list, picked,
    h('div', { className: 'box' }, picker,
      h('button', { type: 'button', className: 'icon', 'aria-label': 'Add a file', onclick: () => picker.click() }, svg(icons.clip)),
      input,
      h('button', { type: 'submit', className: 'icon send', 'aria-label': 'Send' }, svg(icons.send))),
    error);

  function pick(chosen) {
    files = [...files, ...chosen].slice(0, 10);
    picker.value = '';
    picked.hidden = files.length === 0;
    picked.replaceChildren(...files.map(file => h('span', {}, file.name, h('button', {
      type: 'button', 'aria-label': `Leave out ${file.name}`, onclick: () => { files = files.filter(other => other !== file); pick([]); },
    }, '×'))));
  }

  function grow() {
    input.style.height = '34px';
    input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
  }

  function suggest() {
    const typed = input.value;
    const fitting = /^\/\S*$/.test(typed) ? state.commands.filter(command => `/${command.trigger}`.startsWith(typed.toLowerCase())) : [];
    list.hidden = fitting.length === 0;
    list.replaceChildren(...fitting.map((command, i) => h('li', {
      role: 'option', id: `${list.id}-${i}`, 'aria-selected': String(i === 0), onmousedown: event => { event.preventDefault(); complete(command); },
    }, `/${command.trigger} `, h('i', {}, command.auto_complete_hint), h('small', {}, command.auto_complete_desc))));
    list.items = fitting;
    if (list.hidden) {
      input.removeAttribute('aria-activedescendant');
    } else {
      input.setAttribute('aria-activedescendant', `${list.id}-0`);
    }
  }

  function complete(command) {
    input.value = `/${command.trigger} `;
    list.hidden = true;
    input.focus();
  }

  function move(step) {
    const items = [...list.children];
    const now = items.findIndex(item => item.getAttribute('aria-selected') === 'true');
    const next = (now + step + items.length) % items.length;
    items.forEach((item, i) => item.setAttribute('aria-selected', String(i === next)));
    input.setAttribute('aria-activedescendant', items[next].id);
  }

  async function send() {
    const text = input.value.trimEnd();
    if (text.trim() === '' && files.length === 0) {
      return;
    }
    const sending = files;
    input.value = '';
    list.hidden = true;
    error.hidden = true;
    pick((files = [], []));
    grow();
    try {
      await deliver(text, sending, rootId());
    } catch (failure) {
      error.textContent = failure.message;
      error.hidden = false;
      if (input.value === '') {
        input.value = text;
        pick(sending);
        grow();
      }
    }
  }

  input.addEventListener('input', () => { grow(); suggest(); });
  input.addEventListener('blur', () => { list.hidden = true; });
  input.addEventListener('keydown', event => {
    if (!list.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (!list.hidden && event.key === 'Escape') {
      list.hidden = true;
    } else if (!list.hidden && (event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey) {
      const chosen = list.items[[...list.children].findIndex(item => item.getAttribute('aria-selected') === 'true')];
      // Enter on a command that is typed in full sends it.
      if (event.key === 'Tab' || input.value.toLowerCase() !== `/${chosen.trigger}`) {
        event.preventDefault();
        complete(chosen);
      } else {
        event.preventDefault();
        send();
      }
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  form.addEventListener('submit', event => { event.preventDefault(); send(); });
  form.addEventListener('dragover', event => event.preventDefault());
  form.addEventListener('drop', event => { event.preventDefault(); pick([...event.dataTransfer.files]); });
  return { focus: () => input.focus(), placeholder: text => { input.placeholder = text; } };
}

async function deliver(text, files, rootId) {
  // The server keeps no ephemeral post: an answer that comes before the socket is open would never be seen.
  await started;
  await state.hello;
  const channelId = state.channelId;
  if (text.startsWith('/') && files.length === 0) {
    const answer = await api.post('commands/execute', { command: text, channel_id: channelId, team_id: state.team.id, root_id: rootId });
    if (answer.goto_location) {
      follow(answer.goto_location);
    }
    return;
  }
  let fileIds = [];
  if (files.length > 0) {
    const form = new FormData();
    form.append('channel_id', channelId);
    files.forEach(file => form.append('files', file, file.name));
    fileIds = (await api.upload(form)).file_infos.map(info => info.id);
  }
  await api.post('posts', {
    channel_id: channelId, message: text, root_id: rootId, file_ids: fileIds, pending_post_id: `${state.me.id}:${Date.now()}`,
  });
}

const main = composer($('composer'), 'message', 'Message', () => '');
const thread = composer($('reply'), 'reply-message', 'Reply', () => state.rootId ?? '');
thread.placeholder('Reply to this thread');

// ---- Dialogs -------------------------------------------------------------------------------------------------------------------

function openDialog({ url, dialog: given }) {
  const dialog = $('dialog');
  const fault = h('p', { className: 'error', role: 'alert', hidden: true });
  const faults = new Map();
  const elements = (given.elements ?? []).map(element => {
    const error = h('p', { className: 'error', role: 'alert', hidden: true });
    faults.set(element.name, error);
    return showElement(element, error);
  });
  const form = h('form', { method: 'dialog', noValidate: false },
    h('h2', { id: 'dialog-title' }, given.title),
    h('div', { className: 'dialog-body' }, given.introduction_text ? markdown(given.introduction_text) : null, ...elements, fault),
    h('div', { className: 'dialog-foot' },
      h('button', { type: 'button', className: 'quiet', onclick: () => cancel() }, 'Cancel'),
      h('button', { type: 'submit', className: 'primary' }, given.submit_label || 'Submit')));
  const send = (submission, cancelled) => api.post('actions/dialogs/submit', {
    url, callback_id: given.callback_id, state: given.state, submission, cancelled, team_id: state.team.id, channel_id: state.channelId,
  });
  const cancel = () => {
    dialog.close();
    if (given.notify_on_cancel) {
      send({}, true).catch(() => {});
    }
  };
  form.addEventListener('submit', async event => {
    event.preventDefault();
    fault.hidden = true;
    faults.forEach(error => { error.hidden = true; });
    try {
      const answer = await send(values(given.elements ?? [], form), false);
      if (!answer.error && !answer.errors) {
        dialog.close();
        return;
      }
      show(fault, answer.error);
      Object.entries(answer.errors ?? {}).forEach(([name, message]) => show(faults.get(name) ?? fault, message));
    } catch (error) {
      show(fault, error.message);
    }
  });
  dialog.oncancel = event => { event.preventDefault(); cancel(); };
  dialog.replaceChildren(form);
  if (!dialog.open) {
    dialog.showModal();
  }
  form.querySelector('.dialog-body input, .dialog-body textarea, .dialog-body select')?.focus();

  function show(element, message) {
    if (message) {
      element.textContent = message;
      element.hidden = false;
    }
  }
}

function showElement(element, error) {
  const id = `element-${element.name}`;
  const mark = element.type === 'bool' ? null
    : element.optional ? h('span', { className: 'optional' }, ' (optional)') : h('span', { className: 'need', 'aria-hidden': 'true' }, ' *');
  const help = element.help_text ? h('small', {}, element.help_text) : null;
  const common = { id, name: element.name, required: !element.optional };
  const texts = {
    ...common, placeholder: element.placeholder, value: element.default, maxLength: element.max_length || (element.type === 'textarea' ? 3000 : 150),
    minLength: element.min_length,
  };
  switch (element.type) {
    case 'textarea':
      return h('div', { className: 'element' }, h('label', { htmlFor: id }, element.display_name, mark), h('textarea', texts), help, error);
    case 'select':
      return h('div', { className: 'element' }, h('label', { htmlFor: id }, element.display_name, mark),
        h('select', common, h('option', { value: '' }, element.placeholder || 'Choose…'),
          ...options(element).map(option => h('option', { value: option.value, selected: option.value === element.default }, option.text))), help, error);
    case 'bool':
      return h('div', { className: 'element' }, h('label', { className: 'choice' },
        h('input', { type: 'checkbox', id, name: element.name, checked: element.default === 'true' }), element.placeholder || element.display_name), help, error);
    case 'radio':
      return h('fieldset', { className: 'element' }, h('legend', {}, element.display_name, mark),
        ...options(element).map(option => h('label', { className: 'choice' }, h('input', {
          type: 'radio', name: element.name, value: option.value, required: !element.optional, checked: option.value === element.default,
        }), option.text)), help, error);
    default:
      return h('div', { className: 'element' }, h('label', { htmlFor: id }, element.display_name, mark),
        h('input', { type: element.subtype || 'text', ...texts }), help, error);
  }
}

function options(element) {
  switch (element.data_source) {
    case 'users': return [...state.accounts.values()].map(user => ({ text: user.username, value: user.id }));
    case 'channels': return [...state.channels.values()].map(channel => ({ text: channelTitle(channel), value: channel.id }));
    default: return element.options ?? [];
  }
}

function values(elements, form) {
  const submission = {};
  for (const element of elements) {
    const control = form.elements[element.name];
    const value = element.type === 'bool' ? control.checked : control.value;
    submission[element.name] = value === '' ? null : element.subtype === 'number' ? Number(value) : value;
  }
  return submission;
}

// ---- Events --------------------------------------------------------------------------------------------------------------------

let arrived = 0;

const handlers = {
  posted: data => {
    const post = JSON.parse(data.post);
    receive(post);
    if (post.channel_id === state.channelId && document.visibilityState === 'visible') {
      markRead(post.channel_id).catch(() => {});
    } else if (post.user_id !== state.me.id && post.create_at > (state.channels.get(post.channel_id)?.last_post_at ?? 0)) {
      const counts = state.unread.get(post.channel_id) ?? { messages: 0, mentions: 0 };
      const mentions = JSON.parse(data.mentions ?? '[]').includes(state.me.id) ? 1 : 0;
      state.unread.set(post.channel_id, { messages: counts.messages + 1, mentions: counts.mentions + mentions });
    }
    const channel = state.channels.get(post.channel_id);
    if (channel) {
      // What the list of channels counted already is not counted again.
      channel.last_post_at = Math.max(channel.last_post_at, post.create_at);
    }
    if (!state.channels.has(post.channel_id)) {
      loadChannels().then(showChannels);
    }
    showChannels();
  },
  post_edited: data => receive(JSON.parse(data.post)),
  post_deleted: data => {
    const post = JSON.parse(data.post);
    state.posts.delete(post.id);
    if (state.rootId === post.id) {
      state.rootId = null;
      showThread();
    }
    showPosts();
  },
  ephemeral_message: data => receive({ ...JSON.parse(data.post), update_at: Date.now() }),
  open_dialog: data => openDialog(JSON.parse(data.dialog)),
  direct_added: () => loadChannels().then(showChannels),
  group_added: () => loadChannels().then(showChannels),
  user_added: () => loadChannels().then(showChannels),
  user_removed: () => loadChannels().then(showChannels),
};

function receive(post) {
  keep({ ...post, arrived: state.posts.get(post.id)?.arrived ?? ++arrived });
  if (post.channel_id === state.channelId) {
    showPosts();
  }
}

function connect(generation, delay = 500) {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v4/websocket`);
  state.socket = socket;
  socket.onopen = () => socket.send(JSON.stringify({ seq: 1, action: 'authentication_challenge', data: { token: state.me.token } }));
  socket.onmessage = async message => {
    const event = JSON.parse(message.data);
    if (event.event === 'hello') {
      $('lost').hidden = true;
      delay = 500;
      // What came between the last look and now was told to nobody.
      await loadChannels();
      showChannels();
      if (state.channelId) {
        await loadPosts(state.channelId);
        showPosts();
      }
      state.greeted();
    } else {
      handlers[event.event]?.(event.data);
    }
  };
  socket.onclose = () => {
    if (generation === state.generation) {
      $('lost').hidden = false;
      setTimeout(() => generation === state.generation && connect(generation, Math.min(delay * 2, 8000)), delay);
    }
  };
}

// ---- Who, where, and the pretend RTCD ----------------------------------------------------------------------------------------------

async function loadChannels() {
  const [channels, members] = await Promise.all([
    api.get(`users/me/teams/${state.team.id}/channels`), api.get(`users/me/teams/${state.team.id}/channels/members`)]);
  const before = state.channels;
  state.channels = new Map(channels.map(channel => [channel.id, channel]));
  for (const member of members) {
    const channel = state.channels.get(member.channel_id);
    const counted = before.get(member.channel_id)?.last_post_at ?? 0;
    if (channel && counted > channel.last_post_at) {
      // A post came as an event while this answer was on its way.
      channel.last_post_at = counted;
    } else if (channel && channel.id !== state.channelId) {
      state.unread.set(channel.id, { messages: Math.max(0, channel.total_msg_count - member.msg_count), mentions: member.mention_count });
    }
  }
}

async function become(username) {
  state.generation++;
  state.socket?.close();
  state.hello = new Promise(resolve => { state.greeted = resolve; });
  Object.assign(state, { posts: new Map(), unread: new Map(), errors: new Map(), channelId: null, rootId: null });
  state.me = state.people.find(person => person.username === username) ?? state.people[0];
  sessionStorage.setItem('person', state.me.username);
  $('person').value = state.me.username;
  const [accounts, commands] = await Promise.all([api.get('users?per_page=200'), api.get(`teams/${state.team.id}/commands/autocomplete`)]);
  state.accounts = new Map(accounts.map(one => [one.id, one]));
  state.commands = commands;
  $('language').value = account(state.me.id).locale;
  $('language').disabled = false;
  await loadChannels();
  connect(state.generation);
}

async function route({ push = false } = {}) {
  const [first, kind, name] = location.pathname.split('/').filter(Boolean);
  let target = null;
  if (kind === 'messages') {
    const other = [...state.accounts.values()].find(one => `@${one.username}` === name);
    target = other ? await api.post('channels/direct', [state.me.id, other.id]) : null;
  } else if (kind === 'channels') {
    target = [...state.channels.values()].find(channel => channel.name === name);
  } else if (kind === 'pl' || first === '_redirect') {
    const post = await api.get(`posts/${name}`).catch(() => null);
    target = post ? state.channels.get(post.channel_id) : null;
    if (post?.root_id) {
      await openChannel(post.channel_id, { push });
      openThread(post.root_id);
      return;
    }
  }
  target ??= startChannel();
  state.channels.set(target.id, target);
  await openChannel(target.id, { push });
}

function startChannel() {
  const all = [...state.channels.values()];
  return all.find(channel => channel.type === 'D' && account(otherIn(channel)).is_bot) ?? all.find(channel => channel.name === 'town-square');
}

async function follow(address) {
  const url = new URL(address, location.href);
  if (url.origin === location.origin) {
    history.pushState(null, '', url.pathname);
    await route();
  } else {
    window.open(url, '_blank', 'noopener');
  }
}

function showState(given) {
  Object.assign(state, { people: given.people, bots: given.bots, team: given.team });
  const chosen = given.rtcd.switches.find(one => one.id === given.rtcd.fault);
  $('rtcd-url').textContent = given.rtcd.url;
  $('rtcd-media').textContent = given.rtcd.media;
  const on = given.rtcd.conditions.filter(one => one.on);
  const ails = [...(chosen.id === 'healthy' && on.length > 0 ? [] : [chosen.label]), ...on.map(one => one.label)];
  $('rtcd-state').textContent = ails.length > 1 ? `${ails[0]} +${ails.length - 1}` : ails[0];
  $('rtcd-open').querySelector('.dot').classList.toggle('off', chosen.id !== 'healthy' || on.length > 0);
  const switches = $('switches');
  if (switches.children.length === 1) {
    switches.append(...given.rtcd.switches.map(one => h('label', { className: 'switch' },
      h('input', { type: 'radio', name: 'fault', value: one.id, onchange: async () => showState(await own('rtcd', { fault: one.id })) }),
      h('span', {}, one.label, h('small', {}, one.what)))));
  }
  switches.querySelectorAll('input').forEach(input => { input.checked = input.value === chosen.id; });
  showConditions(given.rtcd.conditions);
  const bot = given.bots[0];
  const words = !bot ? 'There is no bot account' : bot.connected ? `${bot.username} is connected` : `${bot.username} is not connected`;
  if ($('bot').dataset.words !== words) {
    $('bot').dataset.words = words;
    $('bot').title = words;
    $('bot').setAttribute('aria-label', words);
    $('bot').replaceChildren(h('span', { className: bot?.connected ? 'dot' : 'dot off', 'aria-hidden': 'true' }), h('span', { className: 'words' }, words));
  }
  $('unexpected').hidden = given.unexpected.length === 0;
  $('unexpected').querySelector('ul').replaceChildren(...given.unexpected.map(one => h('li', {}, one.split('\n')[0])));
}

// Of two that exclude each other the later one stays, so the one that was just ticked is sent last.
function showConditions(conditions) {
  const box = $('conditions');
  if (box.children.length === 0) {
    box.append(...[...new Set(conditions.map(one => one.group))].map(group => h('fieldset', {}, h('legend', {}, group),
      ...conditions.filter(one => one.group === group).map(one => h('label', { className: 'switch' },
        h('input', { type: 'checkbox', value: one.id, onchange: choose }),
        h('span', {}, one.label, h('small', {}, one.what)))))));
  }
  box.querySelectorAll('input').forEach(input => { input.checked = conditions.find(one => one.id === input.value).on; });

  async function choose({ target }) {
    const others = [...box.querySelectorAll('input:checked')].map(input => input.value).filter(id => id !== target.value);
    showState(await own('rtcd', { conditions: target.checked ? [...others, target.value] : others }));
  }
}

// Nobody waits for a request in the background. That the workspace is away is told by the banner.
window.addEventListener('unhandledrejection', event => {
  if (event.reason instanceof TypeError && event.reason.message === 'Failed to fetch') event.preventDefault();
});

async function start() {
  showState(await own('state'));
  $('person').append(...state.people.map(person =>
    h('option', { value: person.username }, person.administrator ? `${person.username} (administrator)` : person.username)));
  await become(sessionStorage.getItem('person') ?? 'ana');
  await route({ push: false });
  main.focus();
  setInterval(async () => {
    try {
      showState(await own('state'));
      state.commands = await api.get(`teams/${state.team.id}/commands/autocomplete`);
    } catch {
      // The workspace is away; the banner says so.
    }
  }, 3000);
}

$('person').addEventListener('change', async event => {
  await become(event.target.value);
  await route();
});
$('language').addEventListener('change', event => api.put('users/me/patch', { locale: event.target.value }));
$('menu').addEventListener('click', () => {
  const open = $('sidebar').classList.toggle('open');
  $('menu').setAttribute('aria-expanded', String(open));
  if (open) {
    $('sidebar').querySelector('[aria-current]')?.focus();
  }
});
$('new-direct').addEventListener('click', showPeople);
$('rtcd-open').addEventListener('click', () => showRtcd($('rtcd').hidden));
$('thread').querySelector('.close').addEventListener('click', () => { state.rootId = null; showThread(); showPosts(); main.focus(); });
$('rtcd').querySelector('.close').addEventListener('click', () => { showRtcd(false); $('rtcd-open').focus(); });
document.querySelector('main').addEventListener('click', closeSidebar);
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && !$('dialog').open) {
    closeSidebar();
    if (!$('rtcd').hidden) {
      showRtcd(false);
    }
  }
});
document.addEventListener('click', event => {
  const anchor = event.target.closest('.text a');
  if (anchor) {
    event.preventDefault();
    follow(anchor.href);
  }
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && state.channelId && (state.unread.get(state.channelId)?.messages ?? 0) > 0) {
    markRead(state.channelId).catch(() => {});
  }
});
window.addEventListener('popstate', () => route());

const started = start();
