import WhatsAppWire

extension SimulatedDevice {
    /// Reads what arrives, answers with receipts, and notes it.
    func receive(_ envelope: MessageEnvelope, _ encrypted: [EncryptedMessage], in network: Network) {
        if let fault = network.faults.take(.decryption, account: envelope.sender.person.number, stanza: nil) {
            network.noteFault(fault, envelope.sender)
            let failure: SignalError = fault.kind == .retryWithKeys ? .noSession : .badMAC
            return ask(for: envelope, because: failure, in: network)
        }
        do {
            for part in encrypted { try open(part, envelope, in: network) }
        } catch SignalError.duplicate {
            network.events.note(event(.repeated, envelope))
        } catch let error as SignalError {
            return ask(for: envelope, because: error, in: network)
        } catch {
            var event = event(.problem, envelope)
            event.detail = "\(error)"
            network.events.note(event)
            return
        }
        acknowledge(envelope, in: network)
    }

    private func open(_ part: EncryptedMessage, _ envelope: MessageEnvelope, in network: Network) throws {
        let received = try ReceivedMessage(padded: decrypt(part, envelope, in: network))
        if let key = received.senderKey {
            let name = SenderKeyName(group: key.group, sender: envelope.sender.address)
            senderKeys[name, default: SenderKeyRecord()].process(key.distribution)
        }
        guard received.body != .empty else { return }
        guard shown[envelope.id] == nil else {
            network.events.note(event(.repeated, envelope))
            return
        }
        shown[envelope.id] = true
        show(received, envelope, in: network)
    }

    private func decrypt(_ part: EncryptedMessage, _ envelope: MessageEnvelope, in network: Network) throws -> [UInt8] {
        let sender = envelope.sender.address
        guard part.kind == .senderKeyMessage else {
            return try signal.decrypt(part, from: sender, using: &network.random)
        }
        guard let group = envelope.chat.group else { throw SignalError.malformed }
        let name = SenderKeyName(group: group.jid, sender: sender)
        return try senderKeys[name, default: SenderKeyRecord()].decrypt(part.bytes)
    }

    // MARK: Showing

    private func show(_ received: ReceivedMessage, _ envelope: MessageEnvelope, in network: Network) {
        var event = event(envelope.sender.person === person ? .copy : .message, envelope)
        if let destination = received.destination, event.kind == .copy {
            event.person = network.person(destination)?.number ?? destination.user
        }
        event.describe(received)
        if let secret = received.secret, case .poll(_, let options, _) = received.body {
            polls[envelope.id] = Poll(
                secret: secret, options: options, creator: envelope.sender.person, chat: envelope.chat,
                isLID: envelope.isLID)
        }
        if case .pollVote(let key, let payload, let nonce) = received.body {
            event.text = vote(key, payload, nonce, voter: envelope.sender.person)
        }
        guard case .media(let media) = received.body else {
            network.events.note(event)
            return
        }
        event.file = network.fetch(media)
        network.note(event, file: media)
    }

    /// The options that were chosen, comma-separated; nil when the vote can't be read.
    private func vote(_ key: MessageKey, _ payload: [UInt8], _ nonce: [UInt8], voter: Person) -> String? {
        guard let poll = polls[key.id],
            let vote = try? PollVote(decrypting: payload, nonce: nonce, in: poll.context(id: key.id, voter: voter))
        else { return nil }
        return poll.options.filter { vote.options.contains(PollVote.hash(ofOption: $0)) }.joined(separator: ", ")
    }

    private func event(_ kind: ServerEvent.Kind, _ envelope: MessageEnvelope) -> ServerEvent {
        var event = ServerEvent(kind, account: envelope.sender.person.number, device: envelope.sender.number)
        event.person = person.number
        event.personDevice = number
        event.group = envelope.chat.group?.jid.description
        event.id = envelope.id
        return event
    }

    // MARK: Receipts

    private func acknowledge(_ envelope: MessageEnvelope, in network: Network) {
        let isOwn = envelope.sender.person === person
        network.send(receipt: isOwn ? "sender" : nil, about: envelope, from: self)
        guard !isOwn, number == 0, person.sendsReadReceipts else { return }
        network.send(receipt: "read", about: envelope, from: self)
    }

    private func ask(for envelope: MessageEnvelope, because failure: SignalError, in network: Network) {
        let count = failures[envelope.id, default: 0] + 1
        failures[envelope.id] = count
        var event = event(.undecryptable, envelope)
        event.detail = "\(failure), \(count <= RetryRequest.maximumCount ? "asked again" : "gave up")"
        network.events.note(event)
        guard count <= RetryRequest.maximumCount else { return }
        var keys: RetryRequest.Keys?
        if RetryRequest.needsKeys(count: count, failure: failure) {
            let bundle = signal.bundle(using: &network.random)
            keys = RetryRequest.Keys(
                identity: bundle.identity, preKey: bundle.preKey, signedPreKey: bundle.signedPreKey, deviceIdentity: nil
            )
        }
        let request = RetryRequest(
            messageID: envelope.id, count: count, timestamp: network.now(), registrationID: signal.registrationID,
            keys: keys)
        network.send(receipt: "retry", about: envelope, from: self, request.children(now: network.now()))
    }
}

extension BoundedTable {
    subscript(key: String, default fallback: Value) -> Value { self[key] ?? fallback }
}
