/// The bodies of requests; only what is used.
extension ServerControl {
    struct Scan: Decodable { let qr: String, number: String, name: String? }
    struct Code: Decodable { let code: String, number: String, name: String? }
    struct OwnMessage: Decodable { let account: String, to: String }
    struct ContactMessage: Decodable { let from: String, to: String }
    struct GroupMessage: Decodable { let group: String, from: String }
    struct Typing: Decodable { let from: String, to: String, typing: Bool? }
    struct Named: Decodable { let number: String }
    struct NewGroup: Decodable { let subject: String, members: [String], addressing: String? }
    struct Membership: Decodable { let group: String, add: String?, remove: String? }

    struct Unlinking: Decodable {
        let account: String
        let device: UInt16
        var line: Line { Line(number: account, device: device) }
    }

    struct ContactChange: Decodable {
        let number: String
        let name: String?
        let appearance: Appearance?
        let readReceipts: Bool?

        enum CodingKeys: String, CodingKey {
            case number, name, appearance
            case readReceipts = "read_receipts"
        }
    }
}
