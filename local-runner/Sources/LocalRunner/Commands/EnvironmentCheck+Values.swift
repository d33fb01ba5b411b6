import Access
import Domain
import Environment
import FoundationEssentials
import Store
import Web

/// What a value must look like, by variable: everything that would otherwise fail, or be passed over in silence, when a function
/// reads it. Each is asked only when the variable is set, and answers with what it must be.
extension EnvironmentCheck {
    private typealias Rule = (variable: Variable, mustBe: @Sendable (String) -> String?)

    static func problems(in environment: [String: String]) -> [String] {
        rules.compactMap { rule in
            rule.variable.set(in: environment).flatMap { rule.mustBe($0) }.map { "\(rule.variable.name) \($0)" }
        } + together(environment)
    }

    private static let rules: [Rule] =
        [
            (.logLevel, words("must be one of", ["trace", "debug", "info", "notice", "warning", "error", "critical"])),
            (.modelProviders, words("must list", ModelProviderName.allCases.map(\.rawValue))),
            (.publicURL, address("must be an address like https://bot.example.com")),
            (.keepAliveURL, keepAlive),
            (.corsOrigins, origins),
            (.egressAllow, hostsWithPorts),
            (.fileEgressAllow, hostsWithPorts),
            (.trustedProxies, proxies),
            (.certificateFile, certificates),
            (.twilioAccountSID, accountSID),
            (.sessionSecret, sessionSecret),
            (.secretKeys, secretKeys),
            (.whatsAppVersion, whatsAppVersion),
        ] + Variable.baseURLs.map { ($0, address("must be an address like https://api.example.com")) }

    /// One variable that makes no sense without another.
    private static func together(_ environment: [String: String]) -> [String] {
        let twilio: [Variable] = [.twilioAccountSID, .twilioAuthToken]
        let set = twilio.filter { $0.set(in: environment) != nil }
        guard set.count == 1, let missing = twilio.first(where: { $0 != set[0] }) else { return [] }
        return ["\(missing.name) must be set where \(set[0].name) is"]
    }

    private static func words(_ mustBe: String, _ allowed: [String]) -> @Sendable (String) -> String? {
        { text in
            let isRight = list(text).allSatisfy { allowed.contains($0.lowercased()) } && !list(text).isEmpty
            return isRight ? nil : "\(mustBe) \(allowed.dropLast().joined(separator: ", ")) or \(allowed.last ?? "")"
        }
    }

    private static func address(_ mustBe: String) -> @Sendable (String) -> String? {
        { WebAddress($0) == nil ? mustBe : nil }
    }

    /// Any query may stand there.
    private static let keepAlive: @Sendable (String) -> String? = { text in
        let plain = text.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
        return WebAddress(plain) == nil ? "must begin with http:// or https:// and a host" : nil
    }

    private static let origins: @Sendable (String) -> String? = { text in
        let isRight = list(text).allSatisfy { $0 == "*" || WebAddress($0).map { $0.path.isEmpty } == true }
        return isRight ? nil : "must list origins like https://shop.example.com, without a path, or *"
    }

    private static let hostsWithPorts: @Sendable (String) -> String? = { text in
        let isRight = list(text).allSatisfy {
            WebAddress("http://\($0)").map { $0.port != nil && $0.path.isEmpty } == true
        }
        return isRight ? nil : "must list hosts with their ports, like 10.0.0.7:8080"
    }

    private static let proxies: @Sendable (String) -> String? = {
        TrustedProxies($0) == nil ? "must be a comma-separated list of addresses and CIDR blocks" : nil
    }

    private static let certificates: @Sendable (String) -> String? = { path in
        guard let bytes = FileManager.default.contents(atPath: path) else { return "names a file that can't be read" }
        let isPEM = String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----")
        return isPEM ? nil : "names a file without a certificate in PEM"
    }

    private static let accountSID: @Sendable (String) -> String? = {
        $0.wholeMatch(of: /AC[0-9a-fA-F]{32}/) == nil ? "must be AC and 32 hexadecimal digits" : nil
    }

    private static let sessionSecret: @Sendable (String) -> String? = { text in
        do throws(WeakSecret) {
            _ = try Secret(text)
            return nil
        } catch {
            return error.mustBe
        }
    }

    private static let secretKeys: @Sendable (String) -> String? = { text in
        do throws(SecretBoxError) {
            _ = try SecretBox(keys: text)
            return nil
        } catch {
            return "can't be used: \(error)"
        }
    }

    private static let whatsAppVersion: @Sendable (String) -> String? = {
        $0.wholeMatch(of: /\d{1,9}\.\d{1,9}\.\d{1,10}/) == nil ? "must be three numbers, like 2.3000.1047769893" : nil
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }
}
