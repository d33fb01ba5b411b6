// Ties the page together: every change fetches the state and the open conversation once, never twice at a time.

import { api } from "./api.js"
import { Composer } from "./composer.js"
import { Conversation } from "./conversation.js"
import { byID } from "./element.js"
import { Lines, conversation as lineConversation, isLine, setReads, write as writeToLine } from "./lines.js"
import { live } from "./live.js"
import { initial, People } from "./people.js"
import { Workshop } from "./workshop.js"

const people = new People(() => refresh())
const conversation = new Conversation()
const workshop = new Workshop()
const lines = new Lines((business) => people.turnTo(business))
new Composer((body, media) => isLine(people.business)
  ? writeToLine({ customer: people.customer, name: people.person.name, business: people.business, body, media })
  : api.write({
    from: `whatsapp:${people.customer}`, to: `whatsapp:${people.business}`, body, media, name: people.person.name,
  }))

for (const [id, field] of [["online", "online"], ["reads", "reads"]]) {
  byID(id).addEventListener("change", (event) => {
    if (field === "reads") setReads(people.customer, event.target.checked)
    api.setCustomer({ number: people.customer, name: people.person.name, [field]: event.target.checked })
  })
}

const labels = { connecting: "Connecting", live: "Live", polling: "Checking every 2 s", lost: "The sandbox does not answer",
  closed: "Open this page with the link that Parley printed at its start" }
function showLive(state) {
  const line = byID("live")
  if (line.dataset.state === state) return
  line.dataset.state = state
  line.textContent = labels[state]
}

let isRunning = false
let isDue = false
async function refresh() {
  isDue = true
  if (isRunning) return
  isRunning = true
  while (isDue) {
    isDue = false
    await show().catch((error) => showLive(error.status === 401 ? "closed" : "lost"))
  }
  isRunning = false
}

async function show() {
  const [state, linked] = await Promise.all([api.state(), api.lines.state()])
  people.update({ ...state, numbers: [...state.numbers, ...Lines.businesses(linked)] })
  workshop.update(state)
  lines.update(linked)
  if (!people.business) return
  if (isLine(people.business)) return showLine()
  const [customer, business] = [`whatsapp:${people.customer}`, `whatsapp:${people.business}`]
  const current = await api.conversation(customer, business)
  conversation.update(`${customer} ${business}`, current)
  showHead(current)
}

async function showLine() {
  const current = await lineConversation(people.customer, people.business)
  conversation.update(`${people.customer} ${people.business}`, current)
  showNames()
  byID("phone-state").textContent = current.typing ? "typing…" : "WhatsApp Web line"
}

function showNames() {
  byID("business-name").textContent = people.businessName
  byID("business-initial").textContent = initial(people.businessName)
  byID("online").checked = people.person.online
  byID("reads").checked = people.person.reads
  // A simulated phone of a WhatsApp Web line's customer is always on.
  byID("online").disabled = isLine(people.business)
}

function showHead(current) {
  showNames()
  const closes = current.window_closes_at && new Date(current.window_closes_at)
  byID("phone-state").textContent = current.typing ? "typing…"
    : !closes ? "You have not written yet"
    : current.window_open ? `May reply freely until ${closes.toLocaleString(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" })}`
    : "24-hour window closed: only templates"
}

live(refresh, showLive)
