import Domain
import Outbound

@testable import Assistant

/// The request a provider would be sent.
enum Wire {
    static func request(_ request: ModelRequest, to name: ModelProviderName) -> OutboundRequest? {
        ProviderSettings(name).dialect?.request(request, key: "sk-test")
    }
}
