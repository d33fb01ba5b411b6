/// What words mean to the offline model: which carry no meaning in a question, and which mean the same.
enum Lexicon {
    /// Words a question can do without, in the languages of the phrases. English stop words among them, since terms are also
    /// searched as written.
    static let fillers: Set<String> = Set(
        """
        a about again all also am an and any anybody anyone are as ask at available be been but by can could curious did do does
        doing dont else ever for from get give go got guys had has have having hello help hey hi how i id if im in info information is
        isnt it its ive just kind know let like may me might mine more much my need of ok okay on one or our out over
        please possible question regarding s so some something sure tell thank thanks that the their them there these they
        thing this those to too us very wanna want wanted was we were what whats when where which who whom whose why will
        wish with wonder wondering would you your yours u ur pls plz hiya good morning afternoon evening day today
        accept accepts take takes option options any include included includes including contain contains work works try use
        business company shop store place guess maybe really actually currently exactly
        el la los las un una unos unas de del que qué y o en es son por para con su sus mi me te se hay hola gracias favor quiero
        quisiera puedo puede tienen tiene usted ustedes como cómo cual cuál cuando cuándo donde dónde cuanto cuánto cuesta
        buenos buenas dias días tardes noches
        o os as um uma de do da dos das que e em é são por para com seu sua meu minha me há olá oi obrigado obrigada quero gostaria
        posso pode têm tem você vocês como qual quando onde quanto custa bom boa dia tarde noite
        le la les un une des de du à au que qui et ou en est sont pour avec votre vos mon ma mes je tu vous nous il y bonjour salut
        merci veux voudrais puis peut avez a comment quel quelle quels quelles quand où combien coûte
        der die das ein eine einen einem einer und oder in ist sind für mit ihr ihre mein meine ich du sie wir es gibt hallo danke bitte
        möchte will kann können haben hat wie was wann wo wieviel viel kostet guten tag morgen abend
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Each line: words of which any stands for the others. The first word of a phrase that asks without naming a subject
    /// (`how much`, `where`) is in `questions`.
    private static let synonyms: [[String]] = """
        price prices cost costs fee fees charge rate pricing precio preço prix preis kosten tarif
        open opens opened opening close closes closed closing hours schedule horario horarios horário horaires öffnungszeiten geöffnet
        deliver delivery delivers ship shipping shipped ships shipment envío entrega entregas livraison lieferung versand
        refund refunds return returns returning exchange reembolso devolución devolução remboursement retour rückgabe
        pay payment payments paying card cards cash pago pagar pagamento paiement payer zahlung zahlen bezahlen
        address located location directions find dirección direccion ubicación endereço adresse standort
        phone telephone number call contact email teléfono telefone téléphone telefon kontakt contacto
        book booking appointment appointments reservation reserve reservations schedule cita reserva rendez termin buchen
        cancel cancellation cancelling cancelar annuler stornieren
        discount discounts offer offers promotion coupon sale descuento desconto réduction rabatt
        guarantee warranty garantía garantia garantie
        job jobs hiring career careers vacancy vacancies
        vegan vegetarian plantbased
        parking park
        child children kids kid
        dog dogs pet pets cat cats
        wifi internet
        trial free
        menu dishes food
        buy purchase order ordering comprar acheter kaufen
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    private static let groups: [String: [String]] = {
        var groups: [String: [String]] = [:]
        for group in synonyms {
            for word in group { groups[word, default: []] += group.filter { $0 != word } }
        }
        return groups
    }()

    static func alternatives(of word: String) -> [String] { groups[word] ?? [] }

    /// Phrases that ask for a subject without its word.
    static let questions: [(phrase: [String], means: String)] = [
        (["how", "much"], "price"), (["cuánto", "cuesta"], "price"), (["cuanto", "cuesta"], "price"),
        (["quanto", "custa"], "price"), (["combien"], "price"), (["wie", "viel"], "price"), (["wieviel"], "price"),
        (["what", "time"], "open"), (["a", "qué", "hora"], "open"), (["where", "are", "you"], "address"),
        (["where", "is", "your"], "address"), (["where", "can", "i", "find"], "address"),
        (["dónde", "están"], "address"),
        (["onde", "fica"], "address"), (["où", "êtes"], "address"), (["wo", "seid"], "address"),
        (["wo", "sind"], "address"),
        (["money", "back"], "refund"), (["send", "back"], "refund"),
    ]
}
