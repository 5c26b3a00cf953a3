from odoo import fields, models

# How many presented offers the company's own rate weighs.
PRIOR_WEIGHT = 10.0


class FieldServiceOfferRanking(models.AbstractModel):
    """What a recommendation is worth, so that the best two are shown."""

    _name = "field.service.offer.ranking"
    _description = "Worth of Recommendations"

    def _get_probability(self, history=None):
        """Return how likely a recommendation of this rule is accepted.

        Posterior mean of a binomial share with a Beta prior (Gelman et al., Bayesian
        Data Analysis, 3rd edition, 2.4), twice:

        - company: ``m = (A + 1) / (N + 2)``: ``A`` accepted of ``N`` presented by any
          rule of the company, prior Beta(1, 1). Without any history, one half.
        - rule: ``p = (a + 10 m) / (n + 10)``: ``a`` accepted of ``n`` presented, prior
          Beta(10 m, 10 (1 - m)). A rule nobody has tried yet is as good as the
          company's average; after ten presented offers its own figures weigh as much.

        :param history: see ``_get_history``; read when it is not given
        """
        self.ensure_one()
        counts = self._get_history() if history is None else history
        presented = sum(counts.values())
        accepted = sum(count for (_rule, won), count in counts.items() if won)
        mean = (accepted + 1.0) / (presented + 2.0)
        own_accepted = counts.get((self.id, True), 0)
        own = own_accepted + counts.get((self.id, False), 0)
        return (own_accepted + PRIOR_WEIGHT * mean) / (own + PRIOR_WEIGHT)

    def _get_history(self):
        """Return {(rule id, accepted): number} of what the company has presented.

        What expired is no refusal: nobody knows what the customer would have said.
        """
        groups = self.env["field.service.offer"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("presented_on", "!=", False),
                ("state", "!=", "expired"),
            ],
            ["rule_id", "state"],
            ["__count"],
        )
        counts = {}
        for rule, state, count in groups:
            key = (rule.id, state == "accepted")
            counts[key] = counts.get(key, 0) + count
        return counts

    def _get_expected_margin(self, order):
        """Return the mean margin of the packages that can be sold.

        Which of them the customer takes is not known before he is asked.
        """
        self.ensure_one()
        packages = self.package_ids.filtered(lambda package: package._is_sellable())
        if not packages:
            return 0.0
        margin = sum(package._get_margin(order) for package in packages)
        return order.company_id.currency_id.round(margin / len(packages))

    def _prepare_worth(self, order, history=None):
        """Return probability, expected margin and score of recommending it.

        Score: probability x expected margin - the cost of disturbing the customer.
        """
        probability = self._get_probability(history)
        margin = self._get_expected_margin(order)
        disturbance = order.company_id.service_offer_disturbance
        score = order.company_id.currency_id.round(probability * margin - disturbance)
        return {"probability": probability, "expected_margin": margin, "score": score}

    def _get_today(self, order):
        """Return the day where the customer is."""
        site = order.with_context(tz=order._get_site_tz())
        return fields.Date.context_today(site)
