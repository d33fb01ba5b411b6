/// An invented small business for the sandbox, with the questions its customers really ask. Everything here goes through
/// the public API like any owner's own entries.
enum DemoBusiness {
    static let name = "Linden Bakery & Café"
    static let owner = "Nora Linden"
    static let email = "nora@linden-bakery.example"

    static let profile: [(field: String, value: String)] = [
        ("description", "A neighbourhood bakery and café: sourdough bread, cakes to order, breakfast and lunch."),
        ("industry", "Bakery and café"),
        ("website", "https://linden-bakery.example"),
        ("country", "US"),
        ("time_zone", "America/New_York"),
        (
            "welcome_message",
            "Hello, and welcome to Linden Bakery & Café! Ask me about opening hours, cakes, delivery or a table."
        ),
    ]

    struct Item: Sendable {
        let title: String
        let body: String
        let tags: [String]
    }

    static let knowledge: [Item] = [
        Item(
            title: "Opening hours",
            body:
                "We are open Tuesday to Friday from 7:00 to 18:00, on Saturday from 8:00 to 17:00 and on Sunday from 8:00 to 13:00. "
                + "On Monday we are closed. The kitchen serves lunch from 11:30 to 14:30.",
            tags: ["open", "closed", "hours", "weekend", "sunday", "monday", "lunch"]),
        Item(
            title: "Public holidays",
            body:
                "On Thanksgiving Day, on December 25 and on January 1 we are closed. On December 24 and 31 we are open from 7:00 to 13:00.",
            tags: ["holiday", "christmas", "new year", "thanksgiving"]),
        Item(
            title: "Address and how to find us",
            body:
                "You find us at 12 Linden Street, at the corner of Mill Lane, two minutes on foot from Riverside station. "
                + "The entrance is step-free, and there is a ramp to the terrace.",
            tags: ["address", "location", "where", "station", "wheelchair", "accessible"]),
        Item(
            title: "Parking",
            body:
                "There are six free parking spaces behind the house, reached from Mill Lane, for up to 90 minutes. "
                + "Bicycles can be locked to the rail beside the door.",
            tags: ["car", "park", "bike", "bicycle"]),
        Item(
            title: "Bread prices",
            body:
                "A sourdough loaf of 1 kg costs 7.50 USD, a rye loaf 6.80 USD, a baguette 3.20 USD and a roll 0.90 USD. "
                + "After 17:00 the bread that is left costs half.",
            tags: ["price", "cost", "loaf", "sourdough", "rye", "baguette", "rolls"]),
        Item(
            title: "Birthday cakes",
            body:
                "A birthday cake for 8 people costs 38 USD, for 12 people 52 USD and for 20 people 79 USD. A name or a short wish on top is included. "
                + "Flavours: chocolate, lemon, carrot, and berries with cream.",
            tags: ["price", "cake", "order", "birthday", "flavour"]),
        Item(
            title: "Wedding cakes",
            body:
                "Wedding cakes start at 6.50 USD a slice, for 40 guests or more. Please book a tasting at least six weeks ahead; "
                + "the tasting costs 25 USD, which we take off the price of the cake.",
            tags: ["price", "wedding", "cake", "tasting"]),
        Item(
            title: "How to order a cake",
            body:
                "Order cakes at least two days ahead, here in the chat or in the shop. Tell us the size, the flavour, the text on top and the day. "
                + "We ask for a deposit of 15 USD, payable by card link.",
            tags: ["order", "cake", "deposit", "ahead"]),
        Item(
            title: "Delivery",
            body:
                "We deliver within 5 miles, Tuesday to Saturday between 9:00 and 16:00. Delivery costs 4 USD and is free from 40 USD. "
                + "Orders before 11:00 come the same day; cakes come on the day you ordered them for.",
            tags: ["deliver", "shipping", "free", "same day"]),
        Item(
            title: "Collecting an order",
            body:
                "Orders can be collected from 30 minutes after opening until 15 minutes before closing. Say your name at the counter; there is no need to queue.",
            tags: ["pick up", "pickup", "collect", "takeaway"]),
        Item(
            title: "Booking a table",
            body:
                "Tables for breakfast and lunch can be booked for 2 to 8 people, up to four weeks ahead. Tell us the day, the time and how many you are. "
                + "We hold a table for 15 minutes. On Sunday we take no bookings: first come, first served.",
            tags: ["reserve", "reservation", "table", "book", "breakfast", "lunch"]),
        Item(
            title: "Groups and private events",
            body:
                "Groups from 9 to 30 people can have the back room, Tuesday to Saturday after 15:00, for 60 USD including coffee and water. "
                + "A person from our team confirms each event.",
            tags: ["group", "party", "event", "room", "private"]),
        Item(
            title: "Breakfast menu",
            body:
                "Breakfast is served until 11:30: sourdough toast with two eggs 9.50 USD, porridge with fruit 7.50 USD, the Linden breakfast for two 27 USD. "
                + "A coffee costs 3.20 USD, a pot of tea 3.80 USD.",
            tags: ["menu", "breakfast", "coffee", "tea", "price", "eat"]),
        Item(
            title: "Vegan and gluten-free",
            body:
                "Vegan: the rye loaf, the baguette, the carrot cake and the porridge with oat milk. "
                + "Gluten-free: almond cake and a seed loaf, on Wednesday and Saturday. We bake them in the same room, so traces of flour are possible.",
            tags: ["vegan", "vegetarian", "gluten", "allergy", "celiac"]),
        Item(
            title: "Allergens",
            body:
                "A list of allergens for everything we sell lies at the counter. In doubt, ask before you order: we use wheat, rye, milk, eggs, nuts, sesame and soy.",
            tags: ["allergy", "allergens", "nuts", "milk", "egg", "sesame", "soy"]),
        Item(
            title: "Payment",
            body:
                "We take cash, debit and credit cards and phone payments. There is no minimum. Companies can pay monthly by invoice.",
            tags: ["pay", "card", "cash", "invoice", "apple pay", "google pay"]),
        Item(
            title: "Changing or cancelling an order",
            body:
                "A cake order can be changed or cancelled free of charge until two days before the day; after that we keep the deposit. "
                + "A table can be cancelled at any time.",
            tags: ["cancel", "change", "refund", "deposit"]),
        Item(
            title: "Returns and complaints",
            body:
                "If something is not right, send us a picture the same day and we replace it or give your money back within 3 working days. "
                + "For safety we can't take food back.",
            tags: ["return", "refund", "complaint", "money back", "wrong"]),
        Item(
            title: "Gift cards",
            body: "Gift cards come in 20, 50 and 100 USD, in the shop or by e-mail, and are valid for five years.",
            tags: ["gift", "voucher", "present"]),
        Item(
            title: "Talking to a person",
            body:
                "A person from our team reads this chat Tuesday to Saturday from 9:00 to 17:00. Write that you want to talk to a person and we take over.",
            tags: ["human", "person", "staff", "call", "phone"]),
    ]
}
