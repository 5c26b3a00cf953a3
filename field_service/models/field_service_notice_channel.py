from markupsafe import Markup

from odoo import Command, models

ACTIVITY = "field_service.mail_activity_type_visit_attention"


class FieldServiceNoticeChannel(models.AbstractModel):
    """How a notice reaches somebody. Everything goes through Odoo's queues."""

    _name = "field.service.notice.channel"
    _description = "Channels of Notices"

    def _skip(self, reason):
        self.write({"state": "skipped", "reason": reason})

    def _get_lang(self):
        """Return the language of whoever is told."""
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _get_visit(self):
        """Return the visit as the recipient would see it: his language, his clock."""
        visit = self.visit_id.with_company(self.company_id)
        return visit.with_context(
            lang=self._get_lang(), tz=self.visit_id._get_notice_tz(self.partner_id)
        )

    def _get_user(self):
        return self.partner_id.user_ids.filtered(
            lambda user: user.active and not user.share
        )[:1]

    # ------------------------------------------------------------------ in Odoo
    def _send_inbox(self):
        """One message to one person, about one visit or several."""
        partner = self.partner_id
        if not self[0]._get_user():
            return self._skip("no_user")
        posted = {}
        for notice in self:
            title, lines = notice._get_visit()._get_notice_text(notice.trigger)
            posted[notice] = (title, _render(title, lines))
        single = len(self) == 1
        for notice, (title, body) in posted.items():
            notice._get_visit().message_post(
                body=body,
                subject=": ".join((title, notice.visit_id.name)),
                partner_ids=partner.ids if single else [],
                **self._get_message_values(),
            )
        if not single:
            self._send_summary(posted)
        return self._set_sent(partner.email)

    def _send_summary(self, posted):
        """Tell about all visits in one message; each has its own in its chatter."""
        body = Markup().join(
            Markup('<p><a href="/mail/view?model=%s&res_id=%s">%s</a></p>%s')
            % (visit._name, visit.id, visit.name, posted[notice][1])
            for notice in self.sorted(_by_start)
            for visit in notice.visit_id
        )
        title = posted[self[0]][0]
        self[0]._get_visit().env["mail.thread"].message_notify(
            body=body,
            subject=f"{title} ({len(self)})",
            partner_ids=self.partner_id.ids,
            **self._get_message_values(),
        )
        return True

    def _get_message_values(self):
        """Return how messages are sent: by the system, through the mail queue."""
        return {
            "author_id": self.env.ref("base.partner_root").id,
            "subtype_xmlid": "mail.mt_note",
            "force_send": False,
            "force_email_lang": self[0]._get_lang(),
        }

    def _send_activity(self):
        """Put it on the list of what somebody has to do; once for each visit."""
        user = self._get_user()
        if not user:
            return self._skip("no_user")
        # The list is enough: nobody gets a mail for it.
        visit = self._get_visit().with_context(mail_activity_quick_update=True)
        title, lines = visit._get_notice_text(self.trigger)
        values = {"summary": title, "note": _render(title, lines)}
        existing = visit.activity_search([ACTIVITY], user_id=user.id)
        if existing:
            existing.write(values)
        else:
            visit.activity_schedule(ACTIVITY, user_id=user.id, **values)
        return self._set_sent(user.name)

    # ------------------------------------------------------------- out of Odoo
    def _send_email(self):
        """Render the template in the recipient's language, and queue the mail."""
        partner = self.partner_id
        if not partner.email_normalized:
            return self._skip("no_email")
        visit = self._get_visit()
        template = self.rule_id.mail_template_id.with_env(visit.env)
        template = template.with_context(template_preview_lang=self._get_lang())
        template.send_mail(
            visit.id,
            force_send=False,
            email_layout_xmlid="mail.mail_notification_light",
            email_values={
                "recipient_ids": [Command.set(partner.ids)],
                "email_to": False,
                "email_cc": False,
            },
        )
        return self._set_sent(partner.email_normalized)

    def _send_sms(self):
        """Render the template in the recipient's language, and queue the message."""
        partner = self.partner_id
        number = self._get_phone()
        if not number:
            return self._skip("no_phone")
        valid = partner.with_company(self.company_id)._phone_format(number=number)
        # Where Odoo has no library to check numbers it takes any text for one.
        if not valid or not any(char.isdigit() for char in valid):
            return self._skip("bad_phone")
        visit = self._get_visit()
        template = self.rule_id.sms_template_id.with_env(visit.env)
        body = template._render_field("body", visit.ids, set_lang=self._get_lang())
        visit._message_sms(
            body[visit.id],
            partner_ids=partner.ids,
            sms_pid_to_number={partner.id: valid},
            put_in_queue=True,
        )
        return self._set_sent(valid)

    def _get_phone(self):
        """Return where somebody is called: technicians on their work mobile."""
        people = self.visit_id.technician_id | self.visit_id.crew_ids
        employee = people.filtered(
            lambda person: self.partner_id
            in (person.user_id.partner_id, person.work_contact_id)
        )[:1]
        return employee.mobile_phone or employee.work_phone or self.partner_id.phone


def _by_start(notice):
    return (notice.visit_id.start or notice.create_date, notice.id)


def _render(title, lines):
    items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
    return Markup("<p><strong>%s</strong></p><ul>%s</ul>") % (title, items)
