// Sentences are not broken.
// swift-format-ignore-file

/// The offline model's sentences in the other languages of the product. `%` stands for the business. The word that calls a person is
/// one that `Intent` knows.
extension Phrases {
    static let world: [Language: Phrases] = [
        .italian: Phrases(
            greeting: "Ciao! Sono l'assistente automatico di %. Cosa vorrebbe sapere?",
            thanks: "Prego! Se le serve altro, mi scriva.",
            unknown:
                "Sono un assistente automatico e non ho questa informazione, quindi non tiro a indovinare. Se vuole che le risponda una persona, scriva \"persona\".",
            handover: "Certo. La passo a un collega, che le risponderà qui.",
            machine: "Sono l'assistente automatico di %. Se preferisce parlare con una persona, me lo dica.",
            hours: "I nostri orari:"),
        .dutch: Phrases(
            greeting: "Hallo! Ik ben de automatische assistent van %. Wat wilt u weten?",
            thanks: "Graag gedaan! Schrijf gerust als u nog iets nodig heeft.",
            unknown:
                "Ik ben een automatische assistent en heb die informatie niet, dus ik ga niet gokken. Wilt u dat een mens antwoordt, schrijf dan \"medewerker\".",
            handover: "Natuurlijk. Ik geef u door aan een collega, die hier antwoordt.",
            machine: "Ik ben de automatische assistent van %. Spreekt u liever met een mens, zeg het dan.",
            hours: "Onze openingstijden:"),
        .polish: Phrases(
            greeting: "Dzień dobry! Jestem automatycznym asystentem firmy %. W czym mogę pomóc?",
            thanks: "Nie ma za co! W razie pytań proszę napisać.",
            unknown:
                "Jestem automatycznym asystentem i nie mam tej informacji, więc nie będę zgadywać. Jeśli ma odpowiedzieć człowiek, proszę napisać „konsultant”.",
            handover: "Oczywiście. Przekazuję rozmowę koledze, który odpowie tutaj.",
            machine: "Jestem automatycznym asystentem firmy %. Jeśli woli Pan/Pani rozmawiać z człowiekiem, proszę powiedzieć.",
            hours: "Nasze godziny otwarcia:"),
        .turkish: Phrases(
            greeting: "Merhaba! Ben % işletmesinin otomatik asistanıyım. Ne öğrenmek istersiniz?",
            thanks: "Rica ederim! Başka bir şey olursa yazın.",
            unknown:
                "Ben otomatik bir asistanım ve bu bilgiye sahip değilim, tahmin yürütmek istemem. Bir kişinin yanıtlamasını isterseniz \"temsilci\" yazın.",
            handover: "Elbette. Sizi burada yanıtlayacak bir arkadaşıma aktarıyorum.",
            machine: "Ben % işletmesinin otomatik asistanıyım. Bir kişiyle konuşmayı tercih ederseniz söylemeniz yeterli.",
            hours: "Çalışma saatlerimiz:"),
        .indonesian: Phrases(
            greeting: "Halo! Saya asisten otomatis %. Apa yang ingin Anda ketahui?",
            thanks: "Sama-sama! Kalau perlu yang lain, silakan tulis.",
            unknown:
                "Saya asisten otomatis dan tidak punya informasi itu, jadi saya tidak akan menebak. Jika ingin dijawab orang, tulis \"petugas\".",
            handover: "Tentu. Saya teruskan ke rekan saya, yang akan menjawab di sini.",
            machine: "Saya asisten otomatis %. Kalau Anda lebih suka bicara dengan orang, katakan saja.",
            hours: "Jam buka kami:"),
        .vietnamese: Phrases(
            greeting: "Xin chào! Tôi là trợ lý tự động của %. Bạn muốn biết điều gì?",
            thanks: "Không có gì! Nếu cần thêm, bạn cứ nhắn.",
            unknown:
                "Tôi là trợ lý tự động và không có thông tin đó nên sẽ không đoán. Nếu muốn nhân viên trả lời, hãy viết \"nhân viên\".",
            handover: "Vâng. Tôi chuyển bạn cho đồng nghiệp, họ sẽ trả lời tại đây.",
            machine: "Tôi là trợ lý tự động của %. Nếu muốn nói chuyện với người thật, bạn cứ nói.",
            hours: "Giờ mở cửa của chúng tôi:"),
        .russian: Phrases(
            greeting: "Здравствуйте! Я автоматический помощник компании %. Что вы хотели бы узнать?",
            thanks: "Пожалуйста! Если что-то ещё понадобится, напишите.",
            unknown:
                "Я автоматический помощник, и у меня нет этой информации, поэтому гадать не буду. Если хотите, чтобы ответил человек, напишите «оператор».",
            handover: "Конечно. Передаю вас коллеге, который ответит здесь.",
            machine: "Я автоматический помощник компании %. Если хотите поговорить с человеком, просто скажите.",
            hours: "Часы работы:"),
        .ukrainian: Phrases(
            greeting: "Вітаю! Я автоматичний помічник компанії %. Що ви хотіли б дізнатися?",
            thanks: "Будь ласка! Якщо щось ще знадобиться, напишіть.",
            unknown:
                "Я автоматичний помічник і не маю цієї інформації, тож не вгадуватиму. Якщо хочете, щоб відповіла людина, напишіть «оператор».",
            handover: "Звісно. Передаю вас колезі, який відповість тут.",
            machine: "Я автоматичний помічник компанії %. Якщо хочете поговорити з людиною, просто скажіть.",
            hours: "Години роботи:"),
        .arabic: Phrases(
            greeting: "مرحبًا! أنا المساعد الآلي لدى %. ماذا تود أن تعرف؟",
            thanks: "على الرحب والسعة! إن احتجت شيئًا آخر فاكتب لنا.",
            unknown:
                "أنا مساعد آلي وليست لدي هذه المعلومة، ولن أخمّن. إن أردت أن يجيبك شخص فاكتب «موظف».",
            handover: "بالتأكيد. سأحوّلك إلى زميل يجيبك هنا.",
            machine: "أنا المساعد الآلي لدى %. إن كنت تفضل التحدث مع شخص فأخبرني.",
            hours: "ساعات العمل:"),
        .persian: Phrases(
            greeting: "سلام! من دستیار خودکار % هستم. چه چیزی می‌خواهید بدانید؟",
            thanks: "خواهش می‌کنم! اگر چیز دیگری لازم داشتید بنویسید.",
            unknown:
                "من دستیار خودکار هستم و این اطلاعات را ندارم، پس حدس نمی‌زنم. اگر می‌خواهید یک نفر پاسخ دهد، بنویسید «اپراتور».",
            handover: "حتماً. شما را به همکارم وصل می‌کنم که همین‌جا پاسخ می‌دهد.",
            machine: "من دستیار خودکار % هستم. اگر ترجیح می‌دهید با یک نفر صحبت کنید، بگویید.",
            hours: "ساعات کار ما:"),
        .hebrew: Phrases(
            greeting: "שלום! אני העוזר האוטומטי של %. מה תרצו לדעת?",
            thanks: "בשמחה! אם צריך עוד משהו, פשוט כתבו.",
            unknown:
                "אני עוזר אוטומטי ואין לי המידע הזה, ולכן לא אנחש. אם תרצו שאדם יענה, כתבו \"נציג\".",
            handover: "בוודאי. אני מעביר אתכם לעמית שיענה כאן.",
            machine: "אני העוזר האוטומטי של %. אם תעדיפו לדבר עם אדם, פשוט אמרו.",
            hours: "שעות הפתיחה שלנו:"),
        .hindi: Phrases(
            greeting: "नमस्ते! मैं % का स्वचालित सहायक हूँ। आप क्या जानना चाहेंगे?",
            thanks: "आपका स्वागत है! कुछ और चाहिए तो लिखें।",
            unknown:
                "मैं एक स्वचालित सहायक हूँ और मेरे पास यह जानकारी नहीं है, इसलिए अनुमान नहीं लगाऊँगा। अगर आप चाहते हैं कि कोई व्यक्ति उत्तर दे, तो \"एजेंट\" लिखें।",
            handover: "ज़रूर। मैं आपको एक सहकर्मी से जोड़ रहा हूँ, जो यहीं उत्तर देंगे।",
            machine: "मैं % का स्वचालित सहायक हूँ। अगर आप किसी व्यक्ति से बात करना चाहें तो बताइए।",
            hours: "हमारा समय:"),
        .bengali: Phrases(
            greeting: "নমস্কার! আমি %-এর স্বয়ংক্রিয় সহকারী। আপনি কী জানতে চান?",
            thanks: "স্বাগতম! আর কিছু লাগলে লিখুন।",
            unknown:
                "আমি একটি স্বয়ংক্রিয় সহকারী এবং আমার কাছে এই তথ্য নেই, তাই অনুমান করব না। কোনো ব্যক্তির উত্তর চাইলে \"প্রতিনিধি\" লিখুন।",
            handover: "অবশ্যই। আমি আপনাকে একজন সহকর্মীর কাছে দিচ্ছি, তিনি এখানেই উত্তর দেবেন।",
            machine: "আমি %-এর স্বয়ংক্রিয় সহকারী। কোনো ব্যক্তির সঙ্গে কথা বলতে চাইলে বলুন।",
            hours: "আমাদের সময়সূচি:"),
        .thai: Phrases(
            greeting: "สวัสดี! ฉันเป็นผู้ช่วยอัตโนมัติของ % ต้องการทราบเรื่องใด",
            thanks: "ยินดี! หากต้องการอะไรเพิ่มเติม พิมพ์มาได้เลย",
            unknown:
                "ฉันเป็นผู้ช่วยอัตโนมัติและไม่มีข้อมูลนี้ จึงจะไม่เดา หากต้องการให้เจ้าหน้าที่ตอบ โปรดพิมพ์ \"เจ้าหน้าที่\"",
            handover: "ได้เลย ฉันจะส่งต่อให้เพื่อนร่วมงานมาตอบที่นี่",
            machine: "ฉันเป็นผู้ช่วยอัตโนมัติของ % หากต้องการคุยกับคน บอกได้เลย",
            hours: "เวลาทำการของเรา:"),
        .chinese: Phrases(
            greeting: "您好！我是%的自动助手。您想了解什么？",
            thanks: "不客气！如需其他帮助，请留言。",
            unknown:
                "我是自动助手，没有这方面的信息，所以不会猜测。如果希望由真人回答，请输入“人工”。",
            handover: "好的。我会转给同事，在这里回复您。",
            machine: "我是%的自动助手。如果您更愿意与真人交谈，请告诉我。",
            hours: "我们的营业时间："),
        .japanese: Phrases(
            greeting: "こんにちは。%の自動アシスタントです。何をお知りになりたいですか。",
            thanks: "どういたしまして。ほかに何かあればお書きください。",
            unknown:
                "自動アシスタントです。その情報を持っていないため、推測ではお答えしません。担当者の回答をご希望の場合は「担当者」とお書きください。",
            handover: "かしこまりました。担当の者におつなぎします。こちらでお返事いたします。",
            machine: "%の自動アシスタントです。人とお話しになりたい場合はお知らせください。",
            hours: "営業時間："),
        .korean: Phrases(
            greeting: "안녕하세요! %의 자동 도우미입니다. 무엇을 알고 싶으신가요?",
            thanks: "천만에요! 더 필요한 것이 있으면 적어 주세요.",
            unknown:
                "저는 자동 도우미이고 그 정보가 없어서 추측하지 않겠습니다. 사람이 답하기를 원하시면 \"상담원\"이라고 적어 주세요.",
            handover: "네. 동료에게 연결해 드리겠습니다. 여기에서 답해 드릴 거예요.",
            machine: "%의 자동 도우미입니다. 사람과 이야기하고 싶으시면 말씀해 주세요.",
            hours: "영업시간:"),
    ]

    /// - Parameters:
    ///   - greeting: with `%` for the business.
    ///   - machine: likewise.
    private init(greeting: String, thanks: String, unknown: String, handover: String, machine: String, hours: String) {
        self.init(
            greeting: { greeting.replacing("%", with: $0, maxReplacements: 1) }, thanks: thanks, unknown: unknown, handover: handover,
            machine: { machine.replacing("%", with: $0, maxReplacements: 1) }, hours: hours)
    }
}
