/// Ids in examples. Whoever tries an example for real puts an id of their own in their place.
package enum Example {
    package static let channel = "01936f00-0000-7000-8000-0000000000c1"
    package static let contact = "01936f00-0000-7000-8000-0000000000c2"
    package static let conversation = "01936f00-0000-7000-8000-0000000000c3"
    package static let message = "01936f00-0000-7000-8000-0000000000c4"
    package static let knowledgeItem = "01936f00-0000-7000-8000-0000000000c5"
    package static let organization = "01936f00-0000-7000-8000-0000000000c6"
    package static let persona = "01936f00-0000-7000-8000-0000000000c7"
    package static let upload = "01936f00-0000-7000-8000-0000000000c8"
    package static let phone = "+15550001111"
}
