// The bubbles. A bubble that is shown already is changed in place, so that screen readers hear each message once.

import { byID, element } from "./element.js"

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const words = { sent: "sent", delivered: "delivered", read: "read" }
const optOut = "You said STOP: Twilio refuses the business's messages until you write START."

export class Conversation {
  #list = byID("messages")
  #shown = new Map()
  #key = ""

  update(key, conversation) {
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 80
    if (key !== this.#key) this.#clear(key)
    const items = conversation.messages.flatMap(itemsOf)
    if (conversation.opted_out) items.push({ id: "opt-out", kind: "note", text: optOut })
    for (const [id, node] of this.#shown) {
      if (items.some((item) => item.id === id)) continue
      node.remove()
      this.#shown.delete(id)
    }
    items.forEach((item, index) => this.#place(item, index))
    byID("typing").hidden = !conversation.typing
    if (isAtEnd) this.#toEnd()
  }

  #toEnd() { this.#list.scrollTop = this.#list.scrollHeight }

  #clear(key) {
    this.#key = key
    this.#shown.clear()
    this.#list.replaceChildren()
  }

  #place(item, index) {
    let node = this.#shown.get(item.id)
    if (!node) {
      node = item.kind === "bubble" ? bubble(item.message, () => this.#toEnd()) : element("li", { className: item.kind, text: item.text })
      this.#shown.set(item.id, node)
    } else if (item.kind === "bubble") {
      tick(node, item.message)
    }
    if (this.#list.children[index] !== node) this.#list.insertBefore(node, this.#list.children[index] ?? null)
  }
}

// What one message puts on the screen: a bubble if the phone has it, and a line if something went wrong.
function itemsOf(message) {
  const items = message.visible ? [{ id: message.sid, kind: "bubble", message }] : []
  if (message.error) items.push({ id: `${message.sid} error`, kind: "trouble", text: `A reply did not arrive: ${message.error} (${message.error_code})` })
  if (message.mine && /failed|answered [345]/.test(message.webhook ?? "")) {
    items.push({ id: `${message.sid} webhook`, kind: "trouble", text: message.webhook })
  }
  return items
}

// `onGrow` is called when a picture has arrived and the bubble is as tall as it will be.
function bubble(message, onGrow) {
  const node = element("li", { className: message.mine ? "bubble mine" : "bubble" },
    element("span", { className: "hidden", text: message.mine ? "You: " : "Business: " }),
    ...message.media.map(attachment),
    message.body && element("p", { dir: "auto", text: message.body }),
    element("footer", {}, element("time", { dateTime: message.at, text: time.format(new Date(message.at)) })))
  node.dataset.sid = message.sid
  node.querySelector("img")?.addEventListener("load", onGrow, { once: true })
  if (message.mine) node.querySelector("footer").append(ticks(), element("span", { className: "hidden" }))
  tick(node, message)
  return node
}

function tick(node, message) {
  if (!message.mine) return
  node.querySelector(".ticks").dataset.state = message.status
  node.querySelector("footer .hidden").textContent = words[message.status] ?? message.status
}

function ticks() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("class", "ticks")
  svg.setAttribute("viewBox", "0 0 18 12")
  svg.setAttribute("aria-hidden", "true")
  for (const [name, d] of [["first", "M1 6.5 4.5 10 11 2"], ["second", "M8 9 9 10 15.5 2"]]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
    path.setAttribute("class", name)
    path.setAttribute("d", d)
    svg.append(path)
  }
  return svg
}

// Files of this page's own origin are shown; others are links, because the page may not load them.
function attachment({ url, content_type: type }) {
  const isOurs = new URL(url, location.href).origin === location.origin
  if (isOurs && type.startsWith("image/")) return element("img", { src: url, alt: "Attached picture" })
  if (isOurs && type.startsWith("audio/")) return element("audio", { src: url, controls: true, preload: "none" })
  return element("a", { className: "file", href: url, target: "_blank", rel: "noopener noreferrer", text: `${type} · ${url.split("/").pop()}` })
}
