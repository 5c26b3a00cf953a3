from odoo import models


class FieldServiceOrderBillingCheck(models.AbstractModel):
    """What would go wrong with a document is said before there is one."""

    _name = "field.service.order.billing.check"
    _description = "Checks before Billing"

    def _get_reasons_not_billed(self):
        """Return why these orders are not billed now; an order without is.

        :rtype: dict[field.service.order, list[str]]
        """
        ready = self.filtered(lambda order: order.billing_state == "ready")
        reasons = ready._get_document_issues()
        for order in self - ready:
            reasons[order] = order._get_reasons_not_ready()
        return {order: reasons[order] for order in self if reasons.get(order)}

    def _refresh_billing_state(self):
        """Look again at what was incomplete for a reason outside of the order.

        A setting or a rate that was missing and is there now tells no order of it.
        """
        settled = self.filtered(
            lambda order: order.billing_state == "incomplete"
            and not order._get_billing_issues()
        )
        self.env.add_to_compute(self._fields["billing_state"], settled)

    def _get_reasons_not_ready(self):
        """Say why there is nothing to bill yet, or any more."""
        if self.billing_state == "incomplete":
            return self._get_billing_issues()
        if self.billing_state == "drafted":
            drafts = self.invoice_ids.filtered(lambda move: move.state == "draft")
            if drafts:
                return [
                    self.env._("A draft invoice has it already: post or delete it.")
                ]
            return [self.env._("Its sales order is not confirmed.")]
        if self.billing_state == "not_billable":
            return [self.env._("There is nothing to bill.")]
        return [self.env._("It is invoiced already.")]

    def _get_document_issues(self):
        """Say what would make the invoices of these orders wrong or impossible.

        :rtype: dict[field.service.order, list[str]]
        """
        issues = {}
        for company, orders in self.grouped("company_id").items():
            # Journals, accounts and rates are not the clerk's to see.
            books = company.sudo().with_company(company)
            journal = books.env["account.journal"].search(
                [*journal_domain(books), ("type", "=", "sale")], limit=1
            )
            for order in orders.with_company(company):
                issues[order] = [
                    *order._get_company_issues(books, journal),
                    *order._get_customer_issues(),
                    *order._get_line_issues(journal),
                ]
        return issues

    def _get_company_issues(self, company, journal):
        """Say what is wrong with the books: no journal, no rate, a locked period."""
        if not journal:
            return [
                self.env._(
                    "Company %(company)s has no sales journal.", company=company.name
                )
            ]
        issues = []
        currency = self.billing_currency_id
        if currency != company.currency_id and not self._has_rate(company, currency):
            issues.append(
                self.env._(
                    "There is no rate of %(currency)s: enter one.",
                    currency=currency.name,
                )
            )
        day = company._get_billing_day()
        if self.billing_policy_id.is_posted and company._is_service_locked(
            day, journal
        ):
            issues.append(
                self.env._(
                    "The books of %(company)s are locked on %(day)s: nothing can be "
                    "posted.",
                    company=company.name,
                    day=self._format_day(day),
                )
            )
        return issues

    def _has_rate(self, company, currency):
        """Tell whether a currency has any rate; core would take 1 otherwise."""
        return any(
            not rate.company_id or rate.company_id == company.root_id
            for rate in currency.sudo().rate_ids  # rates are no secret
        )

    def _get_customer_issues(self):
        """Say what the invoice needs to know of the customer."""
        customer = self._get_invoice_partner()
        if self.billing_policy_id.is_posted and not self._has_address(customer):
            return [
                self.env._(
                    "%(customer)s has no address to send an invoice to.",
                    customer=customer.display_name,
                )
            ]
        return []

    def _has_address(self, partner):
        """Tell whether an invoice would reach the customer."""
        return bool(partner.street or partner.city)

    def _get_invoice_partner(self):
        """Return who gets the invoice: as the sales order says, else his address."""
        sale_order = self._get_open_sale_order()
        if sale_order:
            return sale_order.partner_invoice_id
        address = self.partner_id.address_get(["invoice"])["invoice"]
        return self.env["res.partner"].browse(address)

    def _get_line_issues(self, journal):
        """Say what is wrong with single lines: account, tax, discount."""
        issues = []
        charges = self.charge_ids.filtered(lambda charge: charge.state == "open")
        lines = self.sale_line_ids.filtered(
            lambda line: line.qty_to_invoice and not line.is_downpayment
        )
        # Accounts and taxes are not the clerk's to see.
        for product in (charges.product_id | lines.product_id).sudo():
            accounts = product._get_product_accounts()
            if not accounts["income"] and not journal.default_account_id:
                issues.append(
                    self.env._(
                        "“%(product)s” has no income account.", product=product.name
                    )
                )
            if self.company_id.service_billing_tax_required and not (
                product.taxes_id._filter_taxes_by_company(self.company_id)
            ):
                issues.append(
                    self.env._("“%(product)s” has no tax.", product=product.name)
                )
        issues += [
            self.env._(
                "“%(line)s” has a discount of %(discount)s %%.",
                line=line.name,
                discount=line.discount,
            )
            for line in lines
            if line.discount > 100.0
        ]
        return issues


def journal_domain(company):
    """Return the domain of the journals of a company."""
    return company.env["account.journal"]._check_company_domain(company)
