/// Words that stop, restart and ask for help, per language. A word counts only as the whole message, and only where its language is
/// spoken (`ConversationLanguages`): what ends messages in one is a number, a name or a yes in another. A business adds its own
/// (`organizations.opt_out_words`).
///
/// English are Twilio's (help page "Twilio support for opt-out keywords", error 21610, Advanced Opt-Out): it answers them itself on SMS.
package struct OptOutWords: Sendable, Equatable {
    package let stop: Set<String>
    package let start: Set<String>
    package let help: Set<String>

    /// Twilio's default words.
    package static let twilio = languages["en"] ?? OptOutWords(stop: [], start: [], help: [])

    /// Those of some languages. A word that is an everyday one in another of them is none of them, unless it is English.
    package static func of(_ codes: Set<String>) -> OptOutWords {
        var words = OptOutWords(stop: [], start: [], help: [])
        for code in codes {
            let own = languages[code] ?? words
            let others = code == "en" ? [] : codes.subtracting([code])
            let everyday = others.reduce(into: Set<String>()) { $0.formUnion(EverydayWords.languages[$1] ?? []) }
            words = OptOutWords(
                stop: words.stop.union(own.stop.subtracting(everyday)),
                start: words.start.union(own.start.subtracting(everyday)),
                help: words.help.union(own.help.subtracting(everyday)))
        }
        return words
    }

    /// In Vietnamese an accent makes another word: `dừng` ends, `dùng` uses, Dũng is a man.
    private static let markedLanguages: Set<String> = ["vi"]

    /// By ISO 639 code.
    package static let languages: [String: OptOutWords] = {
        var languages: [String: OptOutWords] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
            let code = KeywordText.normalized(String(parts[0]))
            let keepsMarks = markedLanguages.contains(code)
            let words = parts.dropFirst().map { part in
                Set(part.split(separator: ",").map { KeywordText.normalized(String($0), keepsMarks: keepsMarks) })
            }
            languages[code] = OptOutWords(stop: words[0], start: words[1], help: words[2])
        }
        return languages
    }()

    /// Language | stop | start | help.
    private static let table = """
        en | stop, stopall, unsubscribe, cancel, end, quit, revoke, optout | start, yes, unstop | help, info
        ar | إيقاف, أوقف, توقف, إلغاء الاشتراك, قف | ابدأ, اشتراك | مساعدة
        bn | বন্ধ, বন্ধ করুন | শুরু | সাহায্য
        cs | stop, odhlásit | start | pomoc
        da | stop, afmeld, frameld | start, tilmeld | hjælp
        de | stopp, abmelden, abbestellen, austragen | starten, anmelden | hilfe
        el | στοπ, διακοπή, διαγραφή | έναρξη | βοήθεια
        es | parar, pare, baja, darse de baja, darme de baja, detener, desuscribir, no más mensajes | alta, empezar, iniciar | ayuda
        fa | توقف, لغو عضویت | شروع | راهنما
        fi | seis, lopeta, peru tilaus | aloita | apua, ohje
        fil | itigil, ihinto, tigil | simulan | tulong
        fr | arrêt, arrêter, arrêtez, stopper, désabonner, désinscrire, désinscription | démarrer, reprendre | aide
        he | הסר, הסירו, הפסק, עצור, הסרה | התחל | עזרה
        hi | रोकें, रोको, बंद, बंद करो, बंद करें | शुरू, शुरू करें | मदद, सहायता
        hu | leállítás, leiratkozás, leiratkozom | indítás, feliratkozás | segítség
        id | berhenti, stop berlangganan, hentikan | mulai | bantuan
        it | ferma, fermare, basta messaggi, disiscrivi, disiscrivimi, cancellami | inizia, iscrivi | aiuto
        ja | 停止, 配信停止, 解除, ストップ | 開始, 再開 | ヘルプ
        ko | 수신거부, 중지, 정지, 그만 | 시작 | 도움말
        ms | berhenti, henti | mula | bantuan
        nl | stoppen, afmelden, uitschrijven | starten, aanmelden | hulp
        no | stopp, avmeld | start | hjelp
        pl | wypisz, rezygnuję, zatrzymaj | wznów, zapisz | pomoc
        pt | parar, pare, sair, descadastrar, desinscrever, cancelar inscrição, não quero mais mensagens | começar, iniciar, voltar | ajuda
        ro | oprește, dezabonare | începe, abonare | ajutor
        ru | стоп, отписаться, отписка, отпишите | старт, начать, подписаться | помощь
        sv | stopp, avsluta, avregistrera | starta | hjälp
        sw | acha, simamisha | anza | msaada
        th | หยุด, ยกเลิกการรับข้อความ | เริ่ม | ช่วยเหลือ
        tr | dur, durdur, iptal, abonelikten çık, abonelikten cik | başlat | yardım
        uk | стоп, відписатися, відписка | старт, підписатися | допомога
        ur | بند کریں, روکیں | شروع | مدد
        vi | dừng, dừng lại, hủy đăng ký, huỷ đăng ký, huy dang ky, ngừng | bắt đầu | trợ giúp
        zh | 停止, 退订, 退訂, 取消订阅, 取消訂閱 | 开始, 開始, 订阅, 訂閱 | 帮助, 幫助
        """
}
