from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOffer(FieldServiceOfferCommon):
    # --------------------------------------------------------------------- ranking
    def test_probability_from_history(self):
        """Rule: 3 of 4; company: 4 of 10.

        m = (4 + 1) / (10 + 2) = 0.416667
        p = (3 + 10 m) / (4 + 10) = 7.166667 / 14 = 0.511905
        of the untried rule: (0 + 10 m) / 10 = 0.416667
        """
        self.assertEqual(self.rule._get_probability(), 0.5)
        other = self._create_rule("no_agreement")
        untried = self._create_rule("warranty")
        self._create_history(self.rule, 3, 1)
        self._create_history(other, 1, 5)
        self.assertAlmostEqual(self.rule._get_probability(), 0.511905, 6)
        # (1 + 4.166667) / 16 = 0.322917
        self.assertAlmostEqual(other._get_probability(), 0.322917, 6)
        self.assertAlmostEqual(untried._get_probability(), 0.416667, 6)
        # 0.511905 x 500.00 - 20.00 = 235.95
        self.company.service_offer_disturbance = 20.0
        offer = self._find()
        self.assertEqual((offer.expected_margin, offer.score), (500.0, 235.95))

    def test_the_best_two_are_shown(self):
        """Margins 500, 600, 300: with one half each, scores 250, 300, 150."""
        best = self._create_rule("no_agreement", packages={"1": self.large})
        cheap = self._create_part_product("Check", lst_price=300.0)
        worst = self._create_rule("warranty", packages={"1": cheap}, sequence=1)
        self.boiler.warranty_until = self.today
        offers = self._sync()
        scores = {offer.rule_id: offer.score for offer in offers}
        self.assertEqual(scores, {best: 300.0, self.rule: 250.0, worst: 150.0})
        ranks = {offer.rule_id: offer.rank for offer in offers}
        self.assertEqual(ranks, {best: 1, self.rule: 2, worst: 3})
        shown = [offer["sentence"] for offer in self._get_page()["offers"]]
        self.assertEqual(len(shown), 2)
        self.assertIn("No agreement", shown[0])
        self.assertIn("11 years", shown[1])
        # An answer does not bring the third one: two a visit.
        self._send(self._find(best), "accepted")
        states = [offer["state"] for offer in self._get_page()["offers"]]
        self.assertEqual(states, ["accepted", "draft"])

    def test_margin_in_company_currency_at_the_customers_price(self):
        """10 % off, in euro at 2.00 per dollar: 810.00 USD = 1,620.00 EUR."""
        euro = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": self.today,
                "rate": 2.0,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": 10.0,
                            "applied_on": "3_global",
                        }
                    )
                ],
            }
        )
        self.order.pricelist_id = pricelist
        small = self.rule.package_ids[0]
        self.assertEqual(small._get_price(self.order), 1620.0)
        # 810.00 - 500.00, and (1,350.00 - 900.00): 380.00 on average
        self.assertEqual(small._get_margin(self.order), 310.0)
        self.assertEqual(self._find().expected_margin, 380.0)
        offer = self._find()
        offer.package_id = small
        offer.action_accept()
        self.assertEqual(offer.amount, 1620.0)
        self.assertEqual(offer.sale_order_ids.currency_id, euro)
        self.assertEqual(offer.sale_order_ids.amount_untaxed, 1620.0)

    # ----------------------------------------------------------------------- phone
    def test_accepted_on_the_phone_makes_a_quotation(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.partner.lang = "ru_RU"
        self.large.with_context(lang="ru_RU").name = "Большой котёл"
        fiscal = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        self.partner.with_company(self.company).property_account_position_id = fiscal
        offer = self._find()
        (shown,) = self._get_page()["offers"]
        self.assertEqual([one["price"] for one in shown["packages"]], ["", ""])
        self.assertFalse([name for name in shown if "cost" in name or "margin" in name])
        self.assertEqual(self._send(offer, "presented")["status"], "done")
        self.assertEqual(offer.presented_by_id, self.user_technician)
        result = self._send(offer, "accepted", package_id=self.rule.package_ids[1].id)
        self.assertEqual(result["status"], "done", result["message"])
        quotation = offer.sale_order_ids
        self.assertEqual((quotation.state, len(quotation)), ("draft", 1))
        self.assertEqual(quotation.service_offer_id, offer)
        self.assertEqual(quotation.partner_id, self.partner)
        self.assertEqual(quotation.fiscal_position_id, fiscal)
        self.assertEqual(quotation.company_id, self.company)
        line = quotation.order_line
        self.assertEqual(
            (line.product_id, line.product_uom_qty, line.price_unit),
            (self.large, 1.0, 1500.0),
        )
        self.assertIn("Большой котёл", line.name)
        self.assertEqual((offer.visit_id, offer.amount), (self.visit, 1500.0))

    def test_prices_where_the_company_shows_them(self):
        self._find()
        self.company.service_offer_show_price = True
        (shown,) = self._get_page()["offers"]
        prices = [one["price"].replace("\xa0", "") for one in shown["packages"]]
        self.assertEqual(prices, ["$900.00", "$1,500.00"])

    def test_declined_on_the_phone(self):
        offer = self._find()
        result = self._send(offer, "declined")
        self.assertEqual(result["status"], "refused")
        self.assertIn("Say why", result["message"])
        self.assertEqual(offer.state, "draft")
        reason = self.env.ref("field_service_billing.reason_offer_need")
        result = self._send(offer, "declined", reason_id=reason.id, note=" Has two ")
        self.assertEqual(result["status"], "done", result["message"])
        self.assertEqual(
            (offer.state, offer.decline_reason_id, offer.decline_note),
            ("declined", reason, "Has two"),
        )
        (page,) = [self._get_page()]
        self.assertIn(reason.name, [one["name"] for one in page["offer_reasons"]])

    def test_later_comes_back_on_the_day(self):
        offer = self._find()
        for date in (False, str(self.today)):
            result = self._send(offer, "later", date=date)
            self.assertEqual(result["status"], "refused")
            self.assertIn("in the future", result["message"])
        result = self._send(offer, "later", date=str(self.today + timedelta(days=3)))
        self.assertEqual(result["status"], "done", result["message"])
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        second = self._create_visit(self.order, start=tomorrow)
        self.assertFalse(self.order.offer_ids._get_shown(second))
        self._sync()
        self.assertEqual(offer.state, "later")
        offer.later_on = self.today
        self.assertEqual(self.order.offer_ids._get_shown(second), offer)
        self._run_cron()
        self.assertEqual(offer.state, "draft")

    def test_what_the_phone_may_not_say(self):
        offer = self._find()
        other = self._create_rule("no_agreement").package_ids[0]
        reason = self.env["field.service.reason"].search([("kind", "=", "pause")])[:1]
        for answer, payload, message in (
            ("accepted", {}, "Choose the package"),
            ("accepted", {"package_id": other.id}, "another recommendation"),
            ("accepted", {"package_id": "x"}, "could not be understood"),
            ("declined", {"reason_id": reason.id}, "take another"),
            ("later", {"date": "soon"}, "could not be understood"),
            ("paid", {}, "could not be understood"),
        ):
            result = self._send(offer, answer, **payload)
            self.assertEqual(result["status"], "refused", answer)
            self.assertIn(message, result["message"])
        foreign = self._find(order=self._create_boiler_order())
        self.assertIn("load the page", self._send(foreign, "presented")["message"])
        self.assertEqual(offer.state, "draft")
        self.assertFalse(offer.sale_order_ids)

    def test_nothing_is_sold_twice(self):
        offer = self._find()
        package = self.rule.package_ids[0]
        self._send(offer, "accepted", package_id=package.id)
        result = self._send(offer, "accepted", package_id=package.id)
        self.assertEqual(len(offer.sale_order_ids), 1)
        self.assertEqual(result["status"], "done")  # it is accepted already
        with self.assertRaises(ValidationError):
            offer.with_user(self.dispatcher).action_decline()

    def test_an_archived_package_is_not_accepted(self):
        offer = self._find()
        package = self.rule.package_ids[0]
        self.small.active = False
        result = self._send(offer, "accepted", package_id=package.id)
        self.assertIn("Small boiler is archived", result["message"])
        self.assertFalse(offer.sale_order_ids)

    # --------------------------------------------------------------------- results
    def test_a_new_work_order_and_what_it_brings(self):
        """Sold at 1,500.00; one hour at 37.50 and the boiler at 900.00: 562.50."""
        job_type = self.job_type.copy({"name": "Installation"})
        self.rule.write({"outcome": "order", "result_job_type_id": job_type.id})
        self._receive(self.large, 2.0, 900.0)
        offer = self._find()
        self._send(offer, "accepted", package_id=self.rule.package_ids[1].id)
        order = offer.result_order_ids
        self.assertEqual(order.state, "draft")
        self.assertEqual(
            (order.origin_offer_id, order.origin), (offer, self.order.name)
        )
        self.assertEqual((order.site_id, order.asset_ids), (self.site, self.boiler))
        self.assertEqual((order.pricing_method, order.fixed_price), ("fixed", 1500.0))
        self.assertEqual(order.part_ids.product_id, self.large)
        self.assertEqual(offer.realised_margin, 0.0)
        order.action_release()
        visit = self._create_visit(order, fields.Datetime.now() - timedelta(hours=5))
        order.part_ids.action_use()
        self._work(visit, 1.0)
        self._bill(order)
        self.env.invalidate_all()
        cost_reader = offer.with_user(self.manager)
        self.assertEqual(
            (
                cost_reader.realised_revenue,
                cost_reader.realised_cost,
                cost_reader.realised_margin,
            ),
            (1500.0, 937.5, 562.5),
        )
        with self.assertRaises(AccessError):
            offer.with_user(self.dispatcher).read(["realised_margin"])

    def test_margin_through_the_quotation(self):
        """The line of the quotation is put on a work order: its income counts."""
        offer = self._find()
        offer.package_id = self.rule.package_ids[0]
        offer.action_accept()
        quotation = offer.sale_order_ids
        result = self._create_boiler_order()
        quotation.order_line.service_order_id = result
        quotation.order_line.product_id.invoice_policy = "order"
        quotation.action_confirm()
        self._post(quotation._create_invoices())
        self.env.invalidate_all()
        self.assertEqual(offer._get_realised_orders(), result)
        self.assertEqual(offer.realised_revenue, 900.0)
        # On the order it was found on, the rest of that order is not its merit.
        quotation.order_line.service_order_id = self.order
        self.assertFalse(offer._get_realised_orders())

    def test_the_confirmed_quotation_makes_work_on_the_equipment(self):
        """Sold at 400.00, four hours at 37.50: 250.00 are left."""
        contact = self._create_partner("Janitor", parent_id=self.partner.id)
        self.order.contact_id = contact
        overhaul = self._create_service("Overhaul", 400.0)
        overhaul.write(
            {
                "service_tracking": "field_service",
                "service_job_type_id": self.job_type.id,
                "service_basis": "finished",
            }
        )
        self.rule.package_ids[0].line_ids.product_id = overhaul
        offer = self._find()
        self._send(offer, "accepted", package_id=self.rule.package_ids[0].id)
        offer.sale_order_ids.action_confirm()
        order = offer.result_order_ids
        self.assertEqual(order, offer.sale_order_ids.order_line.service_order_id)
        self.assertEqual(
            (order.site_id, order.asset_ids, order.contact_id),
            (self.site, self.boiler, contact),
        )
        order.action_release()
        start = fields.Datetime.now() - timedelta(hours=9)
        self._work(self._create_visit(order, start), 4.0)
        self._post(offer.sale_order_ids._create_invoices())
        self.env.invalidate_all()
        self.assertEqual(
            (offer.realised_revenue, offer.realised_margin), (400.0, 250.0)
        )

    # ---------------------------------------------------------------------- rights
    def test_who_may_do_what(self):
        offer = self._find()
        stranger = self._create_user("stranger", "field_service.group_technician")
        with self.assertRaises(UserError):
            self.env["field.service.my.day"].with_user(stranger).get_visit_page(
                self.visit.id
            )
        with self.assertRaises(AccessError):
            offer.with_user(stranger).read(["sentence"])
        technician = offer.with_user(self.user_technician)
        self.assertTrue(technician.sentence)
        for name in ("evidence", "expected_margin", "score", "blockers", "amount"):
            with self.assertRaises(AccessError):
                technician.read([name])
        offer.package_id = self.rule.package_ids[0]
        with self.assertRaises(AccessError):
            technician.action_accept()
        with self.assertRaises(AccessError):
            technician.write({"sentence": "Buy!"})
        with self.assertRaises(AccessError):
            self.rule.with_user(self.dispatcher).name = "Mine"
        self.rule.with_user(self.manager).name = "Old boiler"
        dispatcher = offer.with_user(self.dispatcher)
        self.assertFalse(dispatcher.blockers)
        dispatcher.package_id = self.rule.package_ids[0]
        dispatcher.action_accept()
        self.assertEqual(len(offer.sale_order_ids), 1)
        self.assertTrue(offer.with_user(self.clerk).evidence)

    def test_two_companies(self):
        b = self.company_b
        asset = self._create_asset(
            "B", company_id=b.id, installed_on=self.boiler.installed_on
        )
        order = self._create_order(company_id=b.id, asset_ids=asset.ids)
        self._sync(order)
        self.assertFalse(order.offer_ids)
        service = self._create_service("Check", 100.0)
        rule_b = self._create_rule("age", {"1": service}, company_id=b.id)
        self.assertTrue(self._find(rule_b, order))
        self.assertEqual(self._sync().rule_id, self.rule)
        offer = order.offer_ids
        self.assertEqual((offer.company_id, offer.currency_id), (b, b.currency_id))
        with self.assertRaises(AccessError):
            offer.with_user(self.manager).read(["sentence"])
        # Each company has its own history.
        self._create_history(self.rule, 3, 0)
        self.assertEqual(rule_b._get_probability(), 0.5)
        offer.package_id = rule_b.package_ids[0]
        offer.action_accept()
        self.assertEqual(offer.sale_order_ids.company_id, b)

    # ---------------------------------------------------------------------- cron
    def test_finished_orders_have_nothing_to_present(self):
        offer = self._find()
        self._work(self.visit, 0.1)
        self.assertEqual(self.order.state, "done")
        self._run_cron()
        self.assertEqual(offer.state, "expired")

    def test_planning_a_visit_brings_it(self):
        order = self._create_boiler_order()
        self._create_visit(order, fields.Datetime.now() + timedelta(days=1))
        self.assertEqual(order.offer_ids.rule_id, self.rule)
        self.assertEqual(order.offer_count, 1)
        self.assertEqual(order.action_view_offers()["domain"][0][2], order.ids)
        self.assertEqual(self.boiler.offer_count, 2)
