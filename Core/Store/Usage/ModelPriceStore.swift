package import Domain
package import Postgres

/// An operator's price (`model_prices`), in millionths of a US dollar per million tokens.
package struct ModelPriceRow: Sendable, Equatable {
    package var provider: ModelProviderName
    package var model: String
    package var input: Int
    package var cachedInput: Int?
    package var output: Int

    /// `nil` for a provider that this version doesn't know.
    package init?(_ row: Row) throws(PostgresError) {
        guard let provider = ModelProviderName(rawValue: try row["provider"]) else { return nil }
        self.provider = provider
        model = try row["model"]
        input = try row["input"]
        cachedInput = try row["cached_input"]
        output = try row["output"]
    }
}

extension Query {
    package static let modelPrices: Query =
        "select provider, model, input, cached_input, output from model_prices limit 2000"
}
