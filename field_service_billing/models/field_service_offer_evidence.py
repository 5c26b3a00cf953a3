from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang


class Evidence(NamedTuple):
    """Why something is recommended: for the office, and for whoever reads no costs."""

    text: str
    shown: str


class FieldServiceOfferEvidence(models.AbstractModel):
    """What a rule finds out about an order, with figures: one method per kind.

    Each method gets an order and a piece of equipment (or none) and returns an
    ``Evidence``, or nothing.
    """

    _name = "field.service.offer.evidence"
    _description = "Evidence of Recommendations"

    @api.model
    def _get_evidence_methods(self):
        """Return {kind of rule: name of the method that looks for its evidence}."""
        return {
            "age": "_find_age",
            "warranty": "_find_warranty",
            "no_agreement": "_find_no_agreement",
            "reading": "_find_reading",
            "finding": "_find_finding",
            "repairs": "_find_repairs",
            "spend": "_find_spend",
        }

    @api.model
    def _get_asset_kinds(self):
        """Return the kinds that say nothing without equipment."""
        return ("age", "warranty", "repairs", "spend")

    def _get_evidence(self, order, asset):
        """Return why this rule recommends something, if it does."""
        self.ensure_one()
        return getattr(self, self._get_evidence_methods()[self.kind])(order, asset)

    # ---------------------------------------------------------------- equipment
    def _find_age(self, order, asset):
        """Equipment that is at least so many years old."""
        if not asset.installed_on:
            return None
        days = (self._get_today(order) - asset.installed_on).days
        years = days / 365.25
        if years < self.years:
            return None
        return self._say(
            self.env._(
                "%(equipment)s is %(years)s years old, installed on %(date)s",
                equipment=asset.display_name,
                years=int(years),
                date=format_date(self.env, asset.installed_on),
            )
        )

    def _find_warranty(self, order, asset):
        """A warranty that still runs and ends soon."""
        until, today = asset.warranty_until, self._get_today(order)
        if not until or not today <= until <= today + timedelta(days=self.days):
            return None
        return self._say(
            self.env._(
                "The warranty of %(equipment)s ends on %(date)s, in %(days)s days",
                equipment=asset.display_name,
                date=format_date(self.env, until),
                days=(until - today).days,
            )
        )

    def _find_no_agreement(self, order, asset):
        """A site or a piece of equipment that no active agreement covers."""
        lines = self.env["field.service.agreement.line"].search(
            [
                ("company_id", "=", order.company_id.id),
                ("agreement_id.state", "=", "active"),
                (
                    "agreement_id.partner_id.commercial_partner_id",
                    "=",
                    order.partner_id.commercial_partner_id.id,
                ),
            ]
        )
        if any(self._is_covering(line, order, asset) for line in lines):
            return None
        since = self._get_today(order) - relativedelta(months=12)
        same = Domain("asset_ids", "in", asset.ids) if asset else self._at_site(order)
        count = self.env["field.service.order"].search_count(
            same & self._get_done_domain(order, since)
        )
        what = asset.display_name or order.site_id.name or order.partner_id.name
        if not count:
            return self._say(self.env._("No agreement covers %(what)s", what=what))
        return self._say(
            self.env._(
                "No agreement covers %(what)s; work orders in 12 months: %(count)s",
                what=what,
                count=count,
            )
        )

    @api.model
    def _is_covering(self, line, order, asset):
        """Tell whether a line of an agreement is about the equipment or the site."""
        if line.asset_ids:
            return bool(asset and asset in line.asset_ids)
        return not line.site_id or line.site_id == order.site_id

    @api.model
    def _at_site(self, order):
        if order.site_id:
            return Domain("site_id", "=", order.site_id.id)
        return Domain("partner_id", "=", order.partner_id.id)

    # ----------------------------------------------------------- found on the visit
    def _find_reading(self, order, asset):
        """An answer of the order's checklist outside of its limits."""
        wanted = (self.question or "").strip().lower()
        answers = order.answer_ids.filtered(
            lambda answer: answer.is_out_of_range
            and answer.is_asked
            and wanted in (answer.name or "").lower()
            and self._is_about(answer.asset_id, order, asset)
        )
        if not answers:
            return None
        return self._say(
            "; ".join(
                self.env._(
                    "%(question)s: %(value)s, out of limits",
                    question=answer.name,
                    value=answer.display_value,
                )
                for answer in answers[:3]
            )
        )

    def _find_finding(self, order, asset):
        """An unsolved finding of the order with one of the rule's codes."""
        findings = order.finding_ids.filtered(
            lambda finding: finding.state == "open"
            and self._is_about(finding.asset_id, order, asset)
            and (finding.symptom_id | finding.cause_id | finding.remedy_id)
            & self.reason_ids
        )
        if not findings:
            return None
        lines = []
        for finding in findings[:3]:
            codes = finding.symptom_id | finding.cause_id | finding.remedy_id
            words = ", ".join(codes.mapped("name"))
            lines.append(
                self.env._(
                    "Found: %(what)s (%(codes)s)", what=finding.name, codes=words
                )
            )
        return self._say("; ".join(lines))

    @api.model
    def _is_about(self, found_on, order, asset):
        """Tell whether something found is about a piece of equipment of the order.

        What nobody has put on any equipment is said once, with the first.
        """
        return found_on == asset or (not found_on and asset == order.asset_ids[:1])

    # --------------------------------------------------------------------- history
    def _find_repairs(self, order, asset):
        """So many repairs within some months."""
        repairs = self._get_repairs(order, asset)
        if len(repairs) < self.repair_count:
            return None
        return self._describe_repairs(order, asset, repairs)

    def _find_spend(self, order, asset):
        """Repairs that have cost more than a share of a new one."""
        repairs = self._get_repairs(order, asset)
        price = self._get_replacement_price(order, asset)
        spend = repairs._get_repair_spend(asset)
        if not price or spend / price * 100 <= self.percent:
            return None
        return self._describe_repairs(order, asset, repairs, share=True)

    def _get_done_domain(self, order, since=None):
        """Return the finished orders of the company, of some time or of all."""
        domain = Domain("company_id", "=", order.company_id.id) & Domain(
            "state", "in", ("done", "closed")
        )
        if since:
            domain &= Domain("completed_on", ">=", fields.Datetime.to_datetime(since))
        return domain & Domain("id", "!=", order.id)

    def _get_repairs(self, order, asset):
        """Return the repairs of a piece of equipment that the rule counts."""
        since = self.months and self._get_today(order) - relativedelta(
            months=self.months
        )
        domain = self._get_done_domain(order, since)
        domain &= Domain("asset_ids", "in", asset.ids)
        if self.repair_job_type_ids:
            domain &= Domain("job_type_id", "in", self.repair_job_type_ids.ids)
        else:
            domain &= Domain("agreement_id", "=", False)
        return self.env["field.service.order"].search(domain, order="completed_on desc")

    def _get_replacement_price(self, order, asset):
        """Return what a new one costs, in company currency; zero: not known."""
        return (
            self.replacement_price
            or asset.product_id.with_company(order.company_id).lst_price
            or 0.0
        )

    def _describe_repairs(self, order, asset, repairs, share=False):
        """Return number, last day and cost of repairs as a sentence.

        :param bool share: also whoever may not read costs reads the percentage
        """
        last = repairs[:1].completed_on
        site = order.with_context(tz=order._get_site_tz())
        values = {
            "count": len(repairs),
            "months": self.months,
            "last": format_date(
                self.env, last and fields.Datetime.context_timestamp(site, last)
            ),
        }
        if self.months:
            known = self.env._(
                "%(count)s repairs in %(months)s months, last on %(last)s", **values
            )
        else:
            known = self.env._("%(count)s repairs, last on %(last)s", **values)
        spend = repairs._get_repair_spend(asset)
        price = self._get_replacement_price(order, asset)
        if not spend or not price:
            return self._say(known)
        percent = round(spend / price * 100)
        money = self.env._(
            "spend %(spend)s = %(percent)s %% of replacement",
            spend=formatLang(
                self.env, spend, currency_obj=order.company_id.currency_id
            ),
            percent=percent,
        )
        shown = self.env._("repairs: %(percent)s %% of replacement", percent=percent)
        return Evidence(f"{known}; {money}", f"{known}; {shown}" if share else known)

    @api.model
    def _say(self, text):
        """Return evidence that everybody may read."""
        return Evidence(text, text)
