/// What people answer a business with in one word: numbers, yes and no, greetings, a few more. In another language such a word may
/// be the one that stops (`seis` is six in Spanish and an end in Finnish); where both are spoken it stops nothing.
enum EverydayWords {
    /// By ISO 639 code, as `KeywordText`.
    static let languages: [String: Set<String>] = {
        var languages: [String: Set<String>] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: "|")
            languages[KeywordText.normalized(String(parts[0]))] = Set(
                parts[1].split(separator: ",").map { KeywordText.normalized(String($0)) })
        }
        return languages
    }()

    private static let table = """
        en | zero, one, two, three, four, five, six, seven, eight, nine, ten, yes, no, ok, okay, sure, fine, hello, hi, hey, thanks, bye
        ar | واحد, اثنان, اثنين, ثلاثة, أربعة, خمسة, ستة, سبعة, ثمانية, تسعة, عشرة, نعم, لا, أيوه, تمام, طيب, مرحبا, شكرا
        bn | এক, দুই, তিন, চার, পাঁচ, ছয়, সাত, আট, নয়, দশ, হ্যাঁ, না, ঠিক আছে, ধন্যবাদ, acha, accha, ek, dui, tin, char, na
        cs | jeden, jedna, dva, dvě, tři, čtyři, pět, šest, sedm, osm, devět, deset, ano, jo, ne, dobře, ahoj, děkuji, díky
        da | en, et, to, tre, fire, fem, seks, syv, otte, ni, ti, ja, nej, godt, hej, tak
        de | null, eins, ein, zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn, ja, nein, gut, hallo, danke, bitte
        el | ένα, δύο, τρία, τέσσερα, πέντε, έξι, επτά, εφτά, οκτώ, οχτώ, εννέα, δέκα, ναι, όχι, εντάξει, γεια, ευχαριστώ
        es | cero, uno, una, dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez, sí, no, vale, claro, bueno, hola, gracias
        fa | یک, دو, سه, چهار, پنج, شش, هفت, هشت, نه, ده, بله, آره, خیر, خوب, باشه, سلام, ممنون
        fi | yksi, kaksi, kolme, neljä, viisi, kuusi, seitsemän, kahdeksan, yhdeksän, kymmenen, kyllä, joo, ei, hyvä, hei, moi, kiitos
        fil | isa, dalawa, tatlo, apat, lima, anim, pito, walo, siyam, sampu, oo, opo, hindi, sige, kumusta, salamat, pare
        fr | zéro, un, une, deux, trois, quatre, cinq, six, sept, huit, neuf, dix, oui, non, d'accord, bien, dur, bonjour, salut, merci
        he | אחת, אחד, שתיים, שניים, שלוש, ארבע, חמש, שש, שבע, שמונה, תשע, עשר, כן, לא, בסדר, שלום, תודה
        hi | एक, दो, तीन, चार, पांच, पाँच, छह, छः, सात, आठ, नौ, दस, हाँ, हां, जी, नहीं, ठीक है, अच्छा, नमस्ते, धन्यवाद, ek, do, teen, char, panch, paanch, che, saat, aath, nau, das, haan, han, ji, nahi, acha, accha, achha, theek hai, thik hai, namaste, baja
        hu | egy, kettő, két, három, négy, öt, hat, hét, nyolc, kilenc, tíz, igen, nem, jó, rendben, szia, köszönöm
        id | satu, dua, tiga, empat, lima, enam, tujuh, delapan, sembilan, sepuluh, ya, iya, tidak, baik, oke, halo, terima kasih, baja
        it | zero, uno, una, due, tre, quattro, cinque, sei, sette, otto, nove, dieci, sì, no, va bene, ciao, grazie
        ja | 一, 二, 三, 四, 五, 六, 七, 八, 九, 十, はい, いいえ, うん, 了解, こんにちは, ありがとう
        ko | 하나, 둘, 셋, 넷, 다섯, 여섯, 일곱, 여덟, 아홉, 열, 네, 예, 아니요, 아니오, 좋아요, 안녕하세요, 감사합니다
        ms | satu, dua, tiga, empat, lima, enam, tujuh, lapan, sembilan, sepuluh, ya, tidak, baik, okey, helo, hai, terima kasih, baja
        nl | nul, een, twee, drie, vier, vijf, zes, zeven, acht, negen, tien, ja, nee, goed, prima, hallo, hoi, bedankt
        no | en, ett, to, tre, fire, fem, seks, sju, syv, åtte, ni, ti, ja, nei, bra, hei, takk
        pl | jeden, jedna, dwa, dwie, trzy, cztery, pięć, sześć, siedem, osiem, dziewięć, dziesięć, tak, nie, dobrze, cześć, dziękuję
        pt | um, uma, dois, duas, três, quatro, cinco, seis, sete, oito, nove, dez, sim, não, claro, certo, olá, oi, obrigado, obrigada
        ro | unu, una, doi, două, trei, patru, cinci, șase, șapte, opt, nouă, zece, da, nu, bine, bună, salut, mulțumesc
        ru | один, два, три, четыре, пять, шесть, семь, восемь, девять, десять, да, нет, хорошо, привет, спасибо
        sv | en, ett, två, tre, fyra, fem, sex, sju, åtta, nio, tio, ja, nej, bra, hej, tack
        sw | moja, mbili, tatu, nne, tano, sita, saba, nane, tisa, kumi, ndiyo, ndio, hapana, sawa, habari, jambo, asante
        th | หนึ่ง, สอง, สาม, สี่, ห้า, หก, เจ็ด, แปด, เก้า, สิบ, ใช่, ครับ, ค่ะ, ไม่, โอเค, สวัสดี, ขอบคุณ
        tr | bir, iki, üç, dört, beş, altı, yedi, sekiz, dokuz, on, evet, hayır, tamam, merhaba, selam, teşekkürler
        uk | один, два, три, чотири, п'ять, шість, сім, вісім, дев'ять, десять, так, ні, добре, привіт, дякую
        ur | ایک, دو, تین, چار, پانچ, چھ, سات, آٹھ, نو, دس, ہاں, جی, نہیں, ٹھیک ہے, اچھا, سلام, شکریہ, ek, teen, char, haan, nahi, acha, accha, achha
        vi | một, hai, ba, bốn, năm, sáu, bảy, tám, chín, mười, có, vâng, dạ, không, đúng, được, dùng, dũng, dung, chào, xin chào, cảm ơn
        zh | 一, 二, 三, 四, 五, 六, 七, 八, 九, 十, 是, 好, 好的, 不, 没有, 你好, 谢谢, 謝謝
        """
}
