import FoundationEssentials
import Support
import Testing
import Web

@Suite struct JSONTests {
    @Test func readsEveryKindOfValue() throws {
        let json = #" { "a" : [ 1 , -2.5 , 1e2 , true , false , null ] , "é" : "\"\\\/\b\f\n\r\t\u00E9\uD83D\uDE00" } "#
        let value = try JSONValue(parsing: Array(json.utf8))
        #expect(
            value
                == .object([
                    "a": .array([.integer(1), .number(-2.5), .number(100), .bool(true), .bool(false), .null]),
                    "é": .string("\"\\/\u{8}\u{c}\n\r\té\u{1F600}"),
                ]))
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    @Test func keepsWholeNumbersExact() throws {
        #expect(try JSONValue(parsing: Array("9223372036854775807".utf8)) == .integer(.max))
        #expect(try JSONValue(parsing: Array("-9223372036854775808".utf8)) == .integer(.min))
        #expect(try JSONValue(parsing: Array("9223372036854775808".utf8)) == .number(9_223_372_036_854_775_808))
    }

    @Test(arguments: [
        ("", "unfinished"), ("{", "unfinished"), ("[1,", "unfinished"), ("\"a", "unfinished"), ("tru", "unfinished"),
        ("{\"a\":1,}", "syntax"), ("[1,]", "syntax"), ("[1 2]", "syntax"), ("{a:1}", "syntax"), ("{\"a\" 1}", "syntax"),
        ("01", "syntax"), ("-", "syntax"), ("1.", "syntax"), (".5", "syntax"), ("1e", "syntax"), ("+1", "syntax"),
        ("NaN", "syntax"), ("trux", "syntax"), ("1 1", "syntax"), ("\"\\x\"", "syntax"), ("\"\n\"", "syntax"),
        ("'a'", "syntax"), ("1e999", "number"), (#""\ud800""#, "encoding"), (#""\udc00\ud800""#, "encoding"),
        (#""\ud800\u0041""#, "encoding"), (#"{"a":1,"a":1}"#, "duplicateName"),
        (#"{"a":1,"\u0061":1}"#, "duplicateName"),
    ]) func refusesWhatIsNoJSON(text: String, code: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code.rawValue == code)
    }

    @Test func refusesTextThatIsNoUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONValue(parsing: nested(64))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
        #expect(error?.code == .depth)
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: Array(repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    /// Every prefix of a document is refused, none crashes.
    @Test func everyTruncationIsRefused() throws {
        let whole = Array(#"{"a":[1.5e3,"\u00e9\ud83d\ude00",{"b":null}],"c":true}"#.utf8)
        for length in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(whole[..<length])) }
        }
        _ = try JSONValue(parsing: whole)
    }

    /// What is accepted must be what Foundation reads, for documents broken at random.
    @Test func agreesWithFoundationOnMutatedDocuments() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let whole = Array(#"{"a":[1,-2.5e1,"x\n\u00e9",{"b":null,"c":""}],"d":true}"#.utf8)
        let alphabet = Array(#"{}[]",:\u0123456789eE+-.tfn aA"#.utf8)
        var accepted = 0
        for _ in 0..<3000 {
            var bytes = whole
            bytes[Int(random.next() % UInt64(bytes.count))] = alphabet[Int(random.next() % UInt64(alphabet.count))]
            guard let ours = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            let theirs = try JSONDecoder().decode(Mirror.self, from: Data(bytes)).value
            #expect(plain(ours) == theirs, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 100)
    }
}

/// Foundation does not tell `25` from `2.5e1`.
private func plain(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): Int(exactly: number).map(JSONValue.integer) ?? value
    case .array(let values): .array(values.map(plain))
    case .object(let members): .object(members.mapValues(plain))
    default: value
    }
}

/// JSON as Foundation reads it.
private struct Mirror: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let list = try? container.decode([Mirror].self) {
            value = .array(list.map(\.value))
        } else if let members = try? container.decode([String: Mirror].self) {
            value = .object(members.mapValues(\.value))
        } else {
            value = Mirror.number(try container.decode(Double.self))
        }
    }

    private static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map(JSONValue.integer) ?? .number(value)
    }
}
