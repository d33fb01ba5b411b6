import Assistant
import Domain
import Testing

/// Figures computed by hand from the table of 2026-11-20.
@Suite struct PriceTests {
    private func cost(
        _ provider: ModelProviderName, _ model: String, _ usage: TokenUsage, _ list: PriceList = PriceList()
    ) -> Int? {
        list.price(of: model, by: provider)?.cost(usage)
    }

    @Test func dialectsAreBilledEachInItsOwnWay() {
        // gpt-4o-mini: 0.15 in, 0.075 cached, 0.60 out. 1,000 of 10,000 cached: 9,000 x 0.15 + 1,000 x 0.075 + 500 x 0.6.
        #expect(cost(.openai, "gpt-4o-mini", TokenUsage(input: 10_000, cachedInput: 1_000, output: 500)) == 1_725)
        // claude-haiku-4-5: 1 in, 0.1 read, 1.25 written, 5 out: 100 + 2,000 x 0.1 + 1,000 x 1.25 + 300 x 5.
        #expect(
            cost(
                .anthropic, "claude-haiku-4-5",
                TokenUsage(input: 3_100, cachedInput: 2_000, cacheWrite: 1_000, output: 300))
                == 3_050)
        // gemini-2.5-flash: 0.3 in, 0.03 cached, 2.5 out: 600 x 0.3 + 400 x 0.03 + 100 x 2.5.
        #expect(
            cost(.gemini, "models/gemini-2.5-flash", TokenUsage(input: 1_000, cachedInput: 400, output: 100)) == 442)
        // Meta-Llama on SambaNova has no cached price: cached tokens cost what others cost. 100 x 0.6 + 10 x 1.2.
        #expect(
            cost(.sambanova, "Meta-Llama-3.3-70B-Instruct", TokenUsage(input: 100, cachedInput: 50, output: 10)) == 72)
    }

    @Test func fractionsAreRoundedOnceAtTheEnd() {
        // gpt-4o-mini: 3 x 0.15 = 0.45; 4 x 0.15 = 0.6.
        #expect(cost(.openai, "gpt-4o-mini", TokenUsage(input: 3, output: 0)) == 0)
        #expect(cost(.openai, "gpt-4o-mini", TokenUsage(input: 4, output: 0)) == 1)
    }

    @Test(arguments: ["gpt-99", "", "GPT-4O-MINI", "gpt-4o-mini "])
    func anUnknownModelHasNoPrice(_ model: String) {
        #expect(cost(.openai, model, TokenUsage(input: 1, output: 1)) == nil)
        #expect(cost(.huggingface, "gpt-4o-mini", TokenUsage(input: 1, output: 1)) == nil)
    }

    @Test func theOperatorsPriceWins() {
        let list = PriceList(overrides: [
            (.openai, "gpt-4o-mini", Price(input: 1_000_000, output: 2_000_000)),
            (.openrouter, "new/model", Price(input: 500_000, output: 0)),
        ])
        #expect(cost(.openai, "gpt-4o-mini", TokenUsage(input: 10, cachedInput: 10, output: 1), list) == 12)
        #expect(cost(.openrouter, "new/model", TokenUsage(input: 10, output: 9), list) == 5)
        #expect(cost(.groq, "openai/gpt-oss-120b", TokenUsage(input: 100, output: 0), list) == 15)
    }

    @Test func longPromptsCostMoreWhereTheTableSaysSo() throws {
        let price = try #require(PriceList().price(of: "gemini-2.5-pro", by: .gemini))
        #expect(price.longInput != nil)
        let step = price.cost(TokenUsage(input: 200_001, output: 0)) - price.cost(TokenUsage(input: 200_000, output: 0))
        #expect(step > 100_000, "past 200,000 tokens the whole prompt costs the higher rate")
    }

    @Test func everyDefaultModelOfAPricedProviderHasAPrice() {
        for name in ModelProviderName.online where name != .openrouter && name != .huggingface {
            let model = ProviderSettings(name).defaultModel
            #expect(PriceList().price(of: model, by: name) != nil, "\(name) \(model)")
        }
    }
}
