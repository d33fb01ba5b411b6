import FoundationEssentials
import Support
import Testing

@testable import WhatsAppWire

@Suite struct NodeVectorTests {
    struct NodeValue: Decodable {
        let tag: String
        let attrs: [String: String]
        let children: [NodeValue]?
        let contentHex: Hex?

        /// Attributes in the order given, those that name an address as JIDs.
        func node(order: [String]? = nil) -> Node {
            var attributes: Attributes = [:]
            for key in order ?? attrs.keys.sorted() {
                guard let text = attrs[key] else { continue }
                attributes[key] = text.contains("@") ? JID(text).map { .jid($0) } : .text(text)
            }
            if let contentHex { return Node(tag, attributes, bytes: contentHex.bytes) }
            return Node(tag, attributes, children: (children ?? []).map { $0.node() })
        }
    }

    struct File: Decodable {
        struct Case: Decodable {
            let name: String
            let node: NodeValue
            let attrOrder: [String]
            let hex: Hex
        }
        struct Compressed: Decodable {
            let hex: Hex
            let node: NodeValue
        }
        struct Success: Decodable {
            let hexWithoutFlagByte: Hex
            let node: NodeValue
        }
        let encode: [Case]
        let compressed: Compressed
        let recordedSuccessNode: Success
    }

    @Test func everyVectorEncodesAndDecodes() throws {
        let file = try Vectors.load("binary-node.json", as: File.self)
        #expect(file.encode.count >= 18)
        for vector in file.encode {
            let node = vector.node.node(order: vector.attrOrder)
            #expect(try NodeWriter.encode(node) == vector.hex.bytes, "\(vector.name)")
            #expect(try NodeReader.decode(vector.hex.bytes) == node, "\(vector.name)")
        }
    }

    @Test func theCompressedFrame() throws {
        let vector = try Vectors.load("binary-node.json", as: File.self).compressed
        #expect(try NodeReader.decode(vector.hex.bytes) == vector.node.node())
        let again = try NodeWriter.encodeCompressed(vector.node.node())
        #expect(try NodeReader.decode(again) == vector.node.node())
    }

    @Test func theRecordedSuccess() throws {
        let vector = try Vectors.load("binary-node.json", as: File.self).recordedSuccessNode
        let node = try NodeReader.decode([0] + vector.hexWithoutFlagByte.bytes)
        #expect(node == vector.node.node())
        #expect(node.jid("lid") == .hiddenUser("100000000000001", device: 42))
    }

    @Test func theTokenTableIsTheOneOfTheVectors() throws {
        struct Table: Decodable {
            let single: [String]
            let double: [[String]]
            let checksum: Hex

            enum CodingKeys: String, CodingKey {
                case single, double
                case checksum = "sha256OfCompactJson[single,double]"
            }
        }
        let table = try Vectors.load("wa-tokens.json", as: Table.self)
        #expect(Tokens.single == table.single)
        #expect(Tokens.double == table.double)
        func list(_ words: [String]) -> String { "[" + words.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let json = "[\(list(Tokens.single)),[\(Tokens.double.map(list).joined(separator: ","))]]"
        #expect(Digest.sha256(Array(json.utf8)) == table.checksum.bytes)
    }

    @Test func deviceHashes() throws {
        struct Hashes: Decodable {
            struct Case: Decodable {
                let devices: [String]
                let phash: String
            }
            let cases: [Case]
        }
        let cases = try Vectors.load("phash.json", as: Hashes.self).cases
        #expect(!cases.isEmpty)
        for vector in cases {
            let devices = try vector.devices.map { try #require(JID($0)) }
            #expect(DeviceHash.compute(devices) == vector.phash)
            #expect(DeviceHash.compute(devices.reversed()) == vector.phash)
        }
    }
}
