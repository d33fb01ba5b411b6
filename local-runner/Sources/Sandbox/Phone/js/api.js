// Every request of the page.

async function call(method, path, body) {
  const answer = await fetch(`/sandbox/control/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const value = text ? JSON.parse(text) : null
  if (!answer.ok) throw new Error(value?.detail ?? `The sandbox answered ${answer.status}.`)
  return value
}

export const api = {
  state: () => call("GET", "state"),
  conversation: (customer, business) => call("GET", `conversation?${new URLSearchParams({ customer, business })}`),
  write: (message) => call("POST", "messages", message),
  setCustomer: (customer) => call("POST", "customers", customer),
  moveClock: (move) => call("POST", "clock", move),
  planFault: (fault) => call("POST", "faults", fault),
  clearFaults: () => call("DELETE", "faults"),
}
