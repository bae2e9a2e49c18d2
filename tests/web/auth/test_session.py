def test_a_page_can_ask_who_is_signed_in_and_for_the_token_of_their_forms(desk):
    answer = desk.get("ann", "/session")
    assert (answer.json["user"], answer.headers["Cache-Control"]) == ("ann", "no-store")
    assert answer.json["csrf"]
