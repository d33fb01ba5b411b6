/// What models write between their words for the program that runs them: special tokens and tags of the published chat
/// templates. Where a provider's parser fails, it stands in the answer.
///
/// Sources: the Harmony format of gpt-oss; the chat templates of Llama 3 and 4, Qwen and Hermes (ChatML), DeepSeek R1 to V3.2,
/// Mistral (`mistral-common`), Gemma 2 to 4, Phi, Granite, Command, Kimi, GLM, MiniMax, Seed; Anthropic's legacy tool tags.
/// `Tests/Vectors/model-answers/SOURCE.md` names them with an answer of each.
struct ControlSequence: Equatable {
    enum Meaning: Equatable {
        case thoughtBegins, thoughtEnds
        /// The model wants something done that nobody offered.
        case tool
        case turnEnds
        /// Somebody's turn begins. The role stands in the sequence, or behind it.
        case turnBegins(role: String?)
        case headEnds
        /// Harmony's `<|channel|>` and `<|message|>`.
        case channel, message
        /// `<s>` and `</s>`, which are also HTML for what no longer holds.
        case strokeBegins, strokeEnds
        /// `<del>` and `</del>`, which are nothing else.
        case deletionBegins, deletionEnds
        /// Says nothing: `<bos>`, the box around an answer.
        case nothing
        case unknown
    }

    var meaning: Meaning

    /// - Parameters:
    ///   - name: what stands between the brackets, or up to where the text was cut off.
    ///   - bracket: the opening one.
    /// - Returns: `nil`: a text like any other.
    static func read(_ name: String, in bracket: Character) -> ControlSequence? {
        switch bracket {
        case "[": square[name].map(Self.init)
        case "◁": ControlSequence(meaning: name.hasPrefix("/") ? .thoughtEnds : .thoughtBegins)
        default:
            if let bare = SpecialToken(name) {
                ControlSequence(meaning: bare.meaning)
            } else {
                tag(name).map(Self.init)
            }
        }
    }

    private static let square: [String: Meaning] = [
        "THINK": .thoughtBegins, "/THINK": .thoughtEnds, "TOOL_CALLS": .tool, "TOOL_RESULTS": .tool,
        "/TOOL_RESULTS": .tool, "TOOL_CONTENT": .tool, "AVAILABLE_TOOLS": .tool, "/AVAILABLE_TOOLS": .tool,
        "ARGS": .tool, "CALL_ID": .tool, "INST": .turnBegins(role: "user"), "/INST": .turnBegins(role: "assistant"),
        "SYSTEM_PROMPT": .turnBegins(role: "system"), "/SYSTEM_PROMPT": .headEnds, "BEGIN_OF_TOOL_CALL": .tool,
    ]

    private static func tag(_ text: String) -> Meaning? {
        let isClosing = text.hasPrefix("/")
        let whole = text.drop { $0 == "/" }.lowercased()
        let words = whole.prefix { $0 != " " && $0 != "=" && $0 != "/" }
        let name = String(words.split(separator: ":").last ?? "")
        if thoughts.contains(name) && whole.hasSuffix("/") { return .nothing }
        if thoughts.contains(name) { return isClosing ? .thoughtEnds : .thoughtBegins }
        if tools.contains(name) || toolsWithName.contains(name) && words.count < whole.count { return .tool }
        if toolsWithName.contains(name) && isClosing && name != "tool" { return .tool }
        return exact[text.lowercased()]
    }

    private static let thoughts: Set<String> = [
        "think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "scratch_pad", "analysis",
        "antthinking", "inner_monologue", "chain_of_thought", "cot_budget_reflect",
    ]
    private static let tools: Set<String> = [
        "tool_call", "tool_calls", "toolcall", "tool_use", "tool_code", "tool_response", "tool_result", "tool_results",
        "tool_output", "tool_outputs", "tool_name", "tool_calling", "function_call", "function_calls",
        "function_result", "function_results", "functioncall", "function_response", "arg_key", "arg_value",
        "use_mcp_tool",
    ]
    /// Tags that may be words of a sentence, unless they name a function: `<function=find>`, `<invoke name="find">`.
    private static let toolsWithName: Set<String> = ["function", "invoke", "parameter", "tool", "functions"]
    private static let exact: [String: Meaning] = [
        "start_of_turn": .turnBegins(role: nil), "end_of_turn": .turnEnds, "eos": .turnEnds, "pad": .turnEnds,
        "s": .strokeBegins, "/s": .strokeEnds, "del": .deletionBegins, "/del": .deletionEnds,
        "strike": .deletionBegins, "/strike": .deletionEnds, "bos": .nothing, "unk": .nothing, "answer": .nothing,
        "/answer": .nothing, "final_answer": .nothing,
        "/final_answer": .nothing, "final": .nothing, "/final": .nothing, "response": .nothing, "/response": .nothing,
        "reply": .nothing, "/reply": .nothing, "output": .nothing, "/output": .nothing,
        // Sections of our own prompt.
        "business": .unknown, "/business": .unknown, "knowledge": .unknown, "/knowledge": .unknown,
        "<sys": .turnBegins(role: "system"), "</sys": .headEnds,
    ]
}

/// `<|name|>`, `<｜name｜>` of DeepSeek, `<|name>` and `<name|>` of Gemma 4.
private struct SpecialToken {
    private let name: String
    private let opens: Bool
    private let closes: Bool

    init?(_ text: String) {
        opens = text.first.map(Self.isBar) ?? false
        closes = text.count > 1 && text.last.map(Self.isBar) == true
        let words = text.drop(while: Self.isBar)
        let bare = words.prefix { !Self.isBar($0) }
        let isName = bare.allSatisfy { $0.isLetter || $0.isNumber || "_▁ -/.:".contains($0) }
        guard opens || closes, isName, let first = bare.first, first.isLetter || first == "/" else { return nil }
        name = String(bare.lowercased().map { $0 == "▁" || $0 == " " || $0 == "-" ? "_" : $0 })
    }

    private static func isBar(_ character: Character) -> Bool { character == "|" || character == "｜" }

    var meaning: ControlSequence.Meaning {
        if let known = opens && closes ? Self.both[name] : opens ? Self.opening[name] : Self.closing[name] {
            return known
        }
        return Self.signsOfTools.contains(where: name.contains) ? .tool : .unknown
    }

    private static let signsOfTools = ["tool", "func", "python", "action", "plugin", "dsml", "call", "constrain"]
    private static let opening: [String: ControlSequence.Meaning] = [
        "channel": .thoughtBegins, "turn": .turnBegins(role: nil), "think": .thoughtBegins,
    ]
    private static let closing: [String: ControlSequence.Meaning] = ["channel": .thoughtEnds, "turn": .turnEnds]

    private static let both: [String: ControlSequence.Meaning] = {
        var meanings: [String: ControlSequence.Meaning] = [
            "channel": .channel, "message": .message, "start": .turnBegins(role: nil),
            "im_start": .turnBegins(role: nil),
            "start_header_id": .turnBegins(role: nil), "header_start": .turnBegins(role: nil),
            "start_of_role": .turnBegins(role: nil), "start_of_turn_token": .nothing,
            "chatbot_token": .turnBegins(role: "assistant"), "user_token": .turnBegins(role: "user"),
            "system_token": .turnBegins(role: "system"), "im_assistant": .turnBegins(role: nil),
            "im_user": .turnBegins(role: nil), "im_system": .turnBegins(role: nil),
            "observation": .turnBegins(role: "tool"),
        ]
        for role in ["assistant", "user", "system", "human", "bot"] { meanings[role] = .turnBegins(role: role) }
        let ends = [
            "end", "return", "im_end", "eot_id", "eom_id", "eot", "eom", "endoftext", "end_of_text", "end_of_sentence",
            "end_of_turn", "end_of_turn_token", "eos", "eod_id", "eod", "endofprompt", "assistant_end",
        ]
        for name in ends { meanings[name] = .turnEnds }
        for name in ["end_header_id", "header_end", "end_of_role", "im_sep", "im_middle"] { meanings[name] = .headEnds }
        let frames = [
            "begin_of_text", "begin_of_sentence", "bos", "startoftext", "start_of_text", "begin_of_box", "end_of_box",
            "start_response", "end_response", "begin_of_solution", "end_of_solution", "endofsystem",
        ]
        for name in frames { meanings[name] = .nothing }
        for name in ["start_thinking", "begin_of_thought", "inner_prefix", "think"] { meanings[name] = .thoughtBegins }
        for name in ["end_thinking", "end_of_thought", "inner_suffix", "/think"] { meanings[name] = .thoughtEnds }
        return meanings
    }()
}
