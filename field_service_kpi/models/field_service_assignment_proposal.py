import re
from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

# How much each hint says. Alone, only the order's own number is enough.
NUMBER, VENDOR, CUSTOMER, PRODUCT, NEAR, ONLY = 100, 40, 30, 30, 20, 25
ENOUGH = 50
NEAR_DAYS = 7
# What stands between the words of a reference; a number has none of it.
SEPARATORS = re.compile(r"[\s,;:()\[\]<>\"'#]+")


class Proposal(NamedTuple):
    """An order for an item; ``order`` is empty when several fit equally well."""

    order: models.BaseModel
    score: int
    reason: str


class FieldServiceAssignmentProposal(models.AbstractModel):
    """Finds the order that an item on no order may be for, and says why."""

    _name = "field.service.assignment.proposal"
    _description = "Proposal of a Work Order for a Posted Item"

    def _propose(self, items):
        """Return ``{journal item: Proposal}``; an item without any hint has none.

        A few queries, however many items there are.
        """
        result = {}
        for company, group in items.grouped("company_id").items():
            hints = self._get_hints(company, group)
            for item in group:
                proposal = self._choose(hints[item])
                if proposal:
                    result[item] = proposal
        return result

    def _choose(self, hints):
        """Return the best order; none when it is too little or not unique.

        :param hints: ``{order: {kind: (score, sentence)}}``
        """
        orders = self.env["field.service.order"]
        totals = {
            order: sum(score for score, _text in found.values())
            for order, found in hints.items()
        }
        best = max(totals.values(), default=0)
        if best < ENOUGH:
            return None
        first = [order for order, total in totals.items() if total == best]
        if len(first) > 1:
            names = ", ".join(order.name for order in first[:3])
            reason = self.env._(
                "%(count)s orders fit equally well: %(names)s",
                count=len(first),
                names=names + (", …" if len(first) > 3 else ""),
            )
            return Proposal(orders, best, reason)
        texts = [text for _score, text in hints[first[0]].values()]
        return Proposal(first[0], best, "; ".join(texts))

    def _get_hints(self, company, items):
        """Return ``{item: {order: {kind: (score, sentence)}}}``."""
        hints = {item: defaultdict(dict) for item in items}
        for item, orders in self._find_by_number(company, items).items():
            for order in orders:
                text = self.env._("the reference contains %(name)s", name=order.name)
                hints[item][order]["number"] = (NUMBER, text)
        candidates = self._find_candidates(company, items)
        visits = self._find_visits(candidates)
        products = self._find_products(candidates)
        for item in items:
            partner = self._get_partner(item)
            of_customer = candidates.filtered(
                lambda order, partner=partner: partner
                and partner
                in (order.partner_id | order.site_id).mapped("commercial_partner_id")
            )
            opened = self._filter_open(of_customer, item.date)
            for order in candidates | self.env["field.service.order"].union(
                *hints[item]
            ):
                found = {
                    **self._get_partner_hint(order, of_customer, opened),
                    **self._get_product_hint(item, products[order]),
                    **self._get_visit_hints(item, partner, visits[order]),
                }
                # That somebody was somewhere on that day says nothing alone.
                if hints[item][order] or found.keys() - {"near"}:
                    hints[item][order].update(found)
        return hints

    # ----------------------------------------------------------------- candidates
    def _find_by_number(self, company, items):
        """Return the orders whose number stands in the texts of each item."""
        words = {item: self._get_words(item) for item in items}
        names = {word for group in words.values() for word in group}
        if not names:
            return {}
        orders = self.env["field.service.order"].search(
            [("company_id", "=", company.id), ("name", "in", list(names))]
        )
        return {
            item: orders.filtered(lambda order, group=group: order.name in group)
            for item, group in words.items()
        }

    def _get_words(self, item):
        """Return the words of label and references, as they stand and in capitals."""
        move = item.move_id
        texts = (item.name, item.ref, move.invoice_origin, move.payment_reference)
        words = {
            word.strip(".!?")
            for text in texts
            for word in SEPARATORS.split(text or "")
            if any(letter.isdigit() for letter in word)
        }
        return words | {word.upper() for word in words}

    def _get_partner(self, item):
        return (item.partner_id or item.move_id.partner_id).commercial_partner_id

    def _find_candidates(self, company, items):
        """Return the orders that have to do with partners or products of the items."""
        partners = self.env["res.partner"].union(*map(self._get_partner, items))
        dates = items.mapped("date")
        margin = timedelta(days=NEAR_DAYS)
        near = Domain("start", ">=", min(dates) - margin) & Domain(
            "start", "<", max(dates) + margin + timedelta(days=1)
        )
        by_partner = Domain("partner_id.commercial_partner_id", "in", partners.ids)
        by_site = Domain("site_id.commercial_partner_id", "in", partners.ids)
        by_vendor = near & Domain("vendor_id.commercial_partner_id", "in", partners.ids)
        domain = by_partner | by_site | Domain("visit_ids", "any", by_vendor)
        if items.product_id:
            used = Domain("part_ids.product_id", "in", items.product_id.ids)
            domain |= Domain("visit_ids", "any", near) & used
        return self.env["field.service.order"].search(
            domain
            & Domain("company_id", "=", company.id)
            & Domain("state", "not in", ("draft", "cancelled"))
            & self._get_open_domain(min(dates) - margin * 8, max(dates))
        )

    def _get_open_domain(self, date_from, date_to):
        """Domain of the orders that were open on some day of a period."""
        return Domain("received_on", "<", date_to + timedelta(days=1)) & (
            Domain("completed_on", "=", False) | Domain("completed_on", ">=", date_from)
        )

    def _filter_open(self, orders, date):
        """Return the orders that were open on a day."""
        return orders.filtered_domain(
            self._get_open_domain(date, date) & Domain("state", "!=", "cancelled")
        )

    def _find_visits(self, orders):
        visits = self.env["field.service.visit"].search(
            [
                ("order_id", "in", orders.ids),
                ("start", "!=", False),
                ("state", "not in", ("cancelled", "declined")),
            ]
        )
        grouped = visits.grouped("order_id")
        return defaultdict(visits.browse, grouped)

    def _find_products(self, orders):
        groups = self.env["field.service.part"]._read_group(
            [("order_id", "in", orders.ids)], ["order_id"], ["product_id:recordset"]
        )
        return defaultdict(self.env["product.product"].browse, groups)

    # ---------------------------------------------------------------------- hints
    def _get_partner_hint(self, order, of_customer, opened):
        hints = {}
        if order in of_customer:
            hints["customer"] = (CUSTOMER, self.env._("same customer"))
            if order == opened:
                text = self.env._("his only open order on this day")
                hints["only"] = (ONLY, text)
        return hints

    def _get_product_hint(self, item, products):
        if item.product_id and item.product_id in products:
            text = self.env._(
                "%(product)s is needed for it", product=item.product_id.display_name
            )
            return {"product": (PRODUCT, text)}
        return {}

    def _get_visit_hints(self, item, partner, visits):
        """Hints from the visit nearest to the accounting date, and who was on it."""
        near = {
            visit: abs((fields.Date.to_date(visit.start) - item.date).days)
            for visit in visits
        }
        near = {visit: days for visit, days in near.items() if days <= NEAR_DAYS}
        if not near:
            return {}
        visit = min(near, key=near.get)
        day = format_date(self.env, visit.start)
        hints = {
            "near": (
                NEAR - near[visit],
                self.env._("a visit on %(day)s", day=day),
            )
        }
        if (
            partner
            and partner
            in visit.browse([one.id for one in near]).vendor_id.commercial_partner_id
        ):
            text = self.env._("%(vendor)s was on it", vendor=partner.name)
            hints["vendor"] = (VENDOR, text)
        return hints
