// Calls back whenever something changed: by server-sent events, and by asking every two seconds while those fail.

const pollEvery = 2000

export function live(onChange, onState) {
  let timer
  const source = new EventSource("/sandbox/control/events")
  let seen = -1

  const poll = () => {
    onState("polling")
    onChange()
    timer ??= setInterval(onChange, pollEvery)
  }

  source.onmessage = (event) => {
    clearInterval(timer)
    timer = undefined
    onState("live")
    const { version } = JSON.parse(event.data)
    if (version === seen) return
    seen = version
    onChange()
  }
  source.onerror = poll
  // A proxy that holds events back looks like silence.
  setTimeout(() => { if (seen < 0) poll() }, 3000)
}
