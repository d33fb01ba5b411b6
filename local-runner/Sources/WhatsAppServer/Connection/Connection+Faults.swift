import WhatsAppWire

extension Connection {
    /// - Returns: whether the stanza that was about to be handled or sent is lost.
    func strike(_ fault: Fault) -> Bool {
        network.noteFault(fault, device?.reference)
        switch fault.kind {
        case .restart: end(StreamError.code(515))
        case .removed: unlink()
        case .replaced: end(StreamError.conflict("replaced"))
        case .busy: end(StreamError.code(503))
        case .limited: end(StreamError.code(429))
        case .refused: end(Node("stream:error", children: [Node("ack", ["class": "message"])]))
        case .cut: socket.close()
        case .lost: break
        case .silence: beSilent()
        case .slowRead:
            socket.pauseReading(seconds: fault.seconds ?? 2)
            return false
        default: return false
        }
        return true
    }

    // MARK: Frames

    func put(_ frame: [UInt8], _ kind: Fault.Kind?) {
        switch kind {
        case .joined:
            heldFrame = (heldFrame ?? []) + frame
            // Nothing may follow for long.
            ServerLoop.after(0.5) { [weak self] in self?.putHeld() }
        case .corruptFrame:
            var altered = frame
            altered[altered.count - 1] ^= 1
            write(altered)
        case .truncatedFrame:
            write(Array(frame.prefix(frame.count / 2)))
            socket.close()
        default:
            let held = heldFrame ?? []
            heldFrame = nil
            write(held + frame)
        }
    }

    private func putHeld() {
        guard let held = heldFrame else { return }
        heldFrame = nil
        write(held)
    }

    // MARK: Bytes

    func armCut(account: String?) {
        for direction in Fault.Direction.allCases where cutAfter[direction] == nil {
            guard let fault = network.faults.take(.bytes, account: account, stanza: nil, direction: direction) else {
                continue
            }
            cutAfter[fault.direction] = fault.bytes ?? 0
            network.noteFault(fault, device?.reference)
        }
    }

    /// As much of the bytes as may still pass.
    func allowed(_ bytes: [UInt8], _ direction: Fault.Direction) -> [UInt8] {
        let before = passed[direction, default: 0]
        passed[direction] = before + bytes.count
        guard let limit = cutAfter[direction] else { return bytes }
        return Array(bytes.prefix(max(0, limit - before)))
    }

    func isCut(_ direction: Fault.Direction) -> Bool {
        cutAfter[direction].map { passed[direction, default: 0] >= $0 } ?? false
    }
}

enum StreamError {
    static func code(_ code: Int) -> Node { Node("stream:error", ["code": .number(code)]) }

    static func conflict(_ type: String, code: Int? = nil) -> Node {
        Node("stream:error", ["code": .number(code)], children: [Node("conflict", ["type": .text(type)])])
    }
}
