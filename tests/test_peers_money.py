"""Weaknesses of other systems that ours must not have: money, parts, equipment, other.

Prices and costs are those of ``FieldServiceBillingCommon``: an hour is sold at 80.00
and costs 37.50, a filter is sold at 25.00 and costs 10.00.
"""

from datetime import timedelta

from odoo import Command
from odoo.tests import Form, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

LATER = MONDAY + timedelta(hours=4)


@tagged("post_install", "-at_install")
class TestPeersMoney(FieldServiceBillingCommon):
    def test_two_jobs_at_one_site_keep_their_own_profit(self):
        """Cost was collected per site: all its jobs were mixed, totals were zero.

        2 h: 160.00 - 75.00; 1 h and 1 filter: 105.00 - 37.50 - 10.00. One plan serves
        all orders, because each plan is a column on every analytic item.
        """
        site = self._create_partner("Quarry")
        first = self._create_worked_order(2.0, site_id=site.id)
        second = self._create_order(site_id=site.id)
        self._use_part(second, quantity=1.0)
        self._work(self._create_visit(second, start=LATER), 1.0)
        self._bill(first)
        self._bill(second)
        orders = first + second
        profit = orders._get_posted_profit()
        self.assertEqual(profit[first]["margin"], 85.0)
        self.assertEqual(profit[second]["margin"], 57.5)
        self.assertEqual(profit[second]["parts"], 10.0)
        accounts = orders.analytic_account_id
        self.assertEqual((len(accounts), len(accounts.plan_id)), (2, 1))

    def test_a_credit_note_finds_its_orders(self):
        """Credit notes were not linked, invoice lines had no analytic account.

        Two orders on one invoice, which is credited in full: 0.00 of revenue on each,
        and what the work cost stays: 75.00 and 37.50.
        """
        first = self._create_worked_order(2.0)
        second = self._create_worked_order(1.0, start=LATER)
        invoice = self._bill(first + second)
        self._assert_one_order(invoice)
        self._assert_income({first: 160.0, second: 80.0})
        credit = self._credit(invoice)
        self._assert_one_order(credit)
        self.assertIn(credit, first.invoice_ids)
        profit = (first + second)._get_posted_profit()
        self.assertEqual([profit[order]["revenue"] for order in profit], [0.0, 0.0])
        self.assertEqual([profit[order]["margin"] for order in profit], [-75.0, -37.5])

    def test_what_is_invoiced_is_nowhere_still_to_invoice(self):
        """Hours stayed "to invoice" after the invoice, or were billed but not worked.

        Four hours were planned, 2.5 were worked: 200.00 are invoiced, nothing is left.
        """
        order = self._create_order(planned_hours=4.0)
        self._work(self._create_visit(order), 2.5)
        sale_order = order._create_sale_orders()
        line = sale_order.order_line
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (2.5, 2.5))
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 200.0)
        self.assertEqual((line.qty_to_invoice, line.amount_to_invoice), (0.0, 0.0))
        self.assertEqual(sale_order.invoice_status, "invoiced")
        self.assertEqual(order.billing_state, "invoiced")

    def test_billed_is_no_state_of_the_work(self):
        """ "Invoiced" was a status of the job, so that it hid what the work was at."""
        orders = self._create_worked_order(1.0)
        orders += self._create_worked_order(1.0, start=LATER)
        for invoice in self._bill(orders):
            self._pay(invoice)
        self.assertEqual(orders.mapped("billing_state"), ["paid", "paid"])
        self.assertEqual(orders.mapped("state"), ["done", "done"])

    def test_hours_are_added_up_in_lists_and_pivots(self):
        """Durations were not stored and could not be grouped or summed anywhere."""
        order = self._create_order(planned_hours=5.0)
        first = self._create_visit(order, duration=1.5)
        second = self._create_visit(order, start=LATER, duration=2.0)
        self._work(first, 1.0, travel=0.5)
        self._work(second, 2.25)
        domain = [("order_id", "=", order.id)]
        visits = self.env["field.service.visit"].with_user(self.dispatcher)
        figures = ["duration:sum", "work_hours:sum", "travel_hours:sum"]
        self.assertEqual(
            visits._read_group(domain, ["technician_id"], figures),
            [(self.technician.with_user(self.dispatcher), 3.5, 3.25, 0.5)],
        )
        orders = order.with_user(self.dispatcher)
        figures = ["planned_hours:sum", "work_hours:sum"]
        [sums] = orders._read_group([("id", "=", order.id)], [], figures)
        self.assertEqual(sums, (5.0, 3.25))

    def test_covered_work_has_its_cost(self):
        """A guarantee only changed the price; what it cost was seen nowhere.

        2 h x 37.50 + 1 x 10.00 = 85.00, and no revenue.
        """
        order = self._create_order(coverage="warranty")
        self._use_part(order, quantity=1.0)
        self._work(self._create_visit(order), 2.0)
        self.assertEqual(order.billing_state, "not_billable")
        self.assertEqual(order._get_posted_profit()[order]["margin"], -85.0)


@tagged("post_install", "-at_install")
class TestPeersEquipment(FieldServiceBillingCommon):
    def test_one_serial_number_is_delivered_twice(self):
        """The second delivery of a serial number failed: names had to be unique."""
        pump = self._create_part_product("Pump", tracking="serial")
        lot = self.env["stock.lot"].create(
            {"name": "P1", "product_id": pump.id, "company_id": self.company.id}
        )
        quants = self.env["stock.quant"]
        quants._update_available_quantity(pump, self.van, 1, lot_id=lot)
        first, second = self._create_order(), self._create_order()
        self._create_visit(second, start=LATER)
        part = self._use_part(first, pump, 1.0)
        part.action_return()
        again = self._create_part(second, pump).with_user(self.user_technician)
        again.action_use()
        self.assertEqual(again.sudo().move_ids.lot_ids, lot)
        self.assertEqual((part.consumed_qty, again.consumed_qty), (0.0, 1.0))
        unit = self.env["field.service.asset"].search([("lot_id", "=", lot.id)])
        self.assertEqual((len(unit), len(unit.installation_ids)), (1, 2))

    def test_equipment_may_share_a_name_and_a_number(self):
        """Names of equipment were unique across all companies."""
        values = {"name": "Boiler", "serial": "4711", "partner_id": self.partner.id}
        assets = self.env["field.service.asset"].with_user(self.dispatcher)
        ours = assets.create([values, {**values, "warranty_until": "2027-12-31"}])
        theirs = self._create_asset("Boiler", company_id=self.company_b.id)
        theirs.serial = "4711"
        self.assertEqual(assets.search([("serial", "=", "4711")]), ours)
        self.assertEqual(len(ours | theirs), 3)

    def test_equipment_stands_where_it_was_put(self):
        """Equipment without a number showed the place of anything in the warehouse."""
        site = self._create_partner("Quarry")
        self.assertGreater(self._get_on_hand(self.filter, self.van)[0], 0.0)
        asset = self._create_asset("Filter", product_id=self.filter.id, site_id=site.id)
        order = self._create_order(asset_ids=asset.ids)
        self._use_part(order, quantity=1.0)
        self._work(self._create_visit(order), 1.0)
        self.assertEqual((asset.site_id, order.site_id), (site, site))


@tagged("post_install", "-at_install")
class TestPeersOther(FieldServiceBillingCommon):
    def test_a_technician_is_one_employee(self):
        """Workers were records of their own: no leave, no cost, no access by them.

        One employee: his leave is no working time, his user sees the visit, his hour
        costs 37.50. Sites are contacts; no model of ours is a second copy of another.
        """
        order = self._create_worked_order(2.0)
        visit = order.visit_ids
        mine = self.env["field.service.visit"].with_user(self.user_technician)
        self.assertEqual(mine.search([("order_id", "=", order.id)]).id, visit.id)
        self._assert_posted(visit, "labour", [75.0])
        day = MONDAY.replace(hour=0)
        resource = self.technician.sudo().resource_id
        available = self.env["field.service.availability"].with_user(self.dispatcher)
        self.assertTrue(available._get_work(resource, day, day + timedelta(days=1)))
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": day,
                "date_to": day + timedelta(days=1),
            }
        )
        work = available._get_work(resource, day, day + timedelta(days=1))
        self.assertFalse(work[resource.id])
        self.assertEqual(order.site_id, self.partner)
        for name, model in self.env.items():
            if name.startswith("field.service."):
                doubled = {"res.partner", "res.users", "hr.employee"} & {
                    *model._inherits
                }
                self.assertFalse(doubled, name)

    def test_a_colleagues_hour_off_is_his_own(self):
        """An hour's leave of anybody blocked everybody, a whole day blocked nobody."""
        tom = self._create_technician("Tom")
        resources = (self.technician + tom).sudo().resource_id
        day = MONDAY.replace(hour=0)
        available = self.env["field.service.availability"].with_user(self.dispatcher)
        before = available._get_work(resources, day, day + timedelta(days=1))
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": tom.resource_id.id,
                "calendar_id": tom.resource_id.calendar_id.id,
                "date_from": MONDAY + timedelta(hours=1),
                "date_to": MONDAY + timedelta(hours=2),
            }
        )
        after = available._get_work(resources, day, day + timedelta(days=1))
        mine, his = self.technician.sudo().resource_id.id, tom.resource_id.id
        self.assertEqual(after[mine], before[mine])
        hours = [
            sum((stop - start).total_seconds() / 3600 for start, stop in work[his])
            for work in (before, after)
        ]
        self.assertEqual(hours[0] - hours[1], 1.0)

    def test_the_settings_offer_what_exists(self):
        """The settings offered modules that did not exist."""
        settings = self.env["res.config.settings"]
        with Form(settings) as form:
            form.save()
        ours = [
            name
            for name, field in settings._fields.items()
            if any(module.startswith("field_service") for module in field._modules)
        ]
        self.assertGreater(len(ours), 5)
        known = set(self.env["ir.module.module"].search([]).mapped("name"))
        offered = {name.removeprefix("module_") for name in ours if "module_" in name}
        self.assertLessEqual(offered, known)

    def test_a_visit_always_has_a_length(self):
        """Kinds of jobs without a duration made appointments of no length."""
        job_type = self.env["field.service.job.type"].create({"name": "Unknown"})
        orders = self._create_order(job_type_id=job_type.id)
        orders += self._create_order(job_type_id=job_type.id, planned_hours=0.0)
        for order, start in zip(orders, (MONDAY, LATER), strict=True):
            self.assertEqual(self._create_visit(order, start=start).duration, 1.0)

    def test_a_technician_without_a_shift_is_there(self):
        """Technicians without a shift did not exist for who planned."""
        free = self._create_technician("Freelancer")
        free.resource_calendar_id = False
        resource = free.sudo().resource_id
        available = self.env["field.service.availability"].with_user(self.dispatcher)
        day = MONDAY.replace(hour=0)
        work = available._get_work(resource, day, day + timedelta(days=1))
        self.assertTrue(work[resource.id])
        order = self._create_order()
        visit = self._create_visit(order, technician_id=free.id)
        visit.crew_ids = [Command.link(self.technician.id)]
        self.assertEqual(len(visit.booking_ids), 2)
