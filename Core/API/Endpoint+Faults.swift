extension Endpoint {
    /// Every refusal that a caller may meet, in the order of its status.
    package var faults: [DocumentedFault] {
        (admittance.faults + inputFaults + repeatFaults + limitFaults + ownFaults + Self.always).sorted {
            ($0.status, $0.code) < ($1.status, $1.code)
        }
    }

    private var inputFaults: [DocumentedFault] {
        var faults = [DocumentedFault(422, "invalid-field", "A field or parameter is not allowed; `field` names it.")]
        faults.append(DocumentedFault(400, "malformed-request", "The request is not of the form it must have."))
        if body != .none {
            faults.append(DocumentedFault(413, "too-large", "The body is larger than \(bodyLimit) bytes."))
            faults.append(DocumentedFault(415, "unsupported-media-type", "The content type is not accepted here."))
        }
        if pathParameters.contains(where: { pathShapes[$0] == nil }) || !pathShapes.isEmpty {
            faults.append(DocumentedFault(404, "not-found", "There is no such thing, or it is not yours to see."))
        }
        return faults
    }

    private var repeatFaults: [DocumentedFault] {
        guard repeats == .once else { return [] }
        return [
            DocumentedFault(409, "in-progress", "The first request with this Idempotency-Key is still running."),
            DocumentedFault(422, "idempotency-key-reused", "This Idempotency-Key was used for another request."),
        ]
    }

    private var limitFaults: [DocumentedFault] {
        limits.isEmpty ? [] : [DocumentedFault(429, "too-many-tries", "Too often; Retry-After says when again.")]
    }

    private static let always = [
        DocumentedFault(500, "internal", "Something went wrong here; `request_id` finds it in the logs."),
        DocumentedFault(503, "unavailable", "Something this needs does not answer; try again soon."),
    ]
}

extension AdmittanceRule {
    var faults: [DocumentedFault] {
        switch self {
        case .everybody, .token: []
        case .signedIn: Self.session
        case .platformStaff:
            Self.session + [DocumentedFault(403, "forbidden", "Only the platform's staff may do this.")]
        case .member:
            Self.session + [
                DocumentedFault(403, "forbidden", "Your role in the organization is too small."),
                DocumentedFault(404, "not-found", "There is no such organization, or you are no member of it."),
            ]
        case .signature: [DocumentedFault(403, "bad-signature", "The signature does not match the request.")]
        case .secretHeader: [DocumentedFault(401, "unauthenticated", "The secret is missing or wrong.")]
        }
    }

    private static let session = [
        DocumentedFault(401, "unauthenticated", "Nobody is signed in."),
        DocumentedFault(403, "csrf", "A browser's write without its x-csrf-token."),
    ]
}
