import base64
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import MONDAY
from .common_documents import DocumentsCommon, picture


@tagged("post_install", "-at_install")
class TestGate(DocumentsCommon):
    def _create_worked(self, **values):
        order = self._create_order(**values)
        self._work(self._create_visit(order), hours=1.0)
        return order

    def test_a_solved_visit_leaves_the_order_open_until_all_is_answered(self):
        order = self._create_worked()
        self.assertEqual(order.visit_ids.state, "completed")
        self.assertEqual(order.state, "in_progress")
        self._answer_all(order, but=["Serial"])
        self.assertEqual(order.state, "in_progress")
        self.assertIn("Serial", order.missing_documents)
        self._answer_of(order, "Serial").value_text = "SN-1"
        self.assertEqual(order.state, "done")
        self.assertTrue(order.completed_on)

    def test_the_same_answer_on_every_path(self):
        order = self._create_worked()
        stage = self.env.ref("field_service.field_service_stage_done")
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "order_gate",
                "model": order._name,
                "res_id": order.id,
            }
        )
        messages = set()
        for attempt in (
            order.action_done,
            lambda: order.write({"stage_id": stage.id}),
            lambda: order.write({"state": "done"}),
            lambda: setattr(order, "state", "done"),
        ):
            with self.assertRaises(ValidationError) as error, self.cr.savepoint():
                attempt()
            messages.add(str(error.exception))
        answer = order.load(["id", "state"], [["__import__.order_gate", "Done"]])
        self.assertFalse(answer["ids"])
        messages.add(answer["messages"][0]["message"])
        self.assertEqual(len(messages), 1, messages)
        # The first five are named, the rest counted.
        self.assertIn(
            "Stop works, Pressure, Hoses, Next check, Plate and 2 more", messages.pop()
        )
        self.assertEqual(order.state, "in_progress")

    def test_photos_of_before_and_after(self):
        self.job_type.write({"checklist_id": False, "require_photos": True})
        order = self._create_worked()
        self.assertEqual(len(order._get_reasons_undocumented()), 2)
        self._photo(order_id=order.id, tag="before")
        self.assertEqual(len(order._get_reasons_undocumented()), 1)
        photo = self._photo(visit_id=order.visit_ids.id, tag="other")
        self.assertEqual(order.state, "in_progress")
        photo.tag = "after"
        self.assertEqual(order.state, "done")
        with self.assertRaisesRegex(UserError, "no longer"):
            photo.unlink()
        with self.assertRaisesRegex(UserError, "no longer"):
            self._photo(order_id=order.id)

    def test_a_signature_or_the_reason_why_not(self):
        self.job_type.write({"checklist_id": False, "require_signature": True})
        signed, refused = self._create_worked(), self._create_worked_later()
        self.assertIn("signature", signed.missing_documents)
        visit = signed.visit_ids
        visit.signed_on = MONDAY
        self.assertEqual(signed.signature_state, "none")
        with self.assertRaisesRegex(ValidationError, "not a picture"):
            visit.signature = base64.b64encode(b"no picture")
        visit.signature = picture()
        self.assertTrue(visit.signed_on)
        self.assertEqual(visit.signed_by, "Customer")
        self.assertEqual((signed.signature_state, signed.state), ("signed", "done"))
        with self.assertRaisesRegex(ValidationError, "Say why"):
            refused.visit_ids.signature_refused = True
        refused.visit_ids.write(
            {"signature_refused": True, "refusal_reason": "Nobody was there"}
        )
        self.assertEqual((refused.signature_state, refused.state), ("refused", "done"))
        with self.assertRaisesRegex(UserError, "no longer"):
            visit.signature = False
        self.assertFalse(visit.copy().signature)

    def _create_worked_later(self):
        order = self._create_order()
        visit = self._create_visit(order, start=MONDAY + timedelta(days=1))
        self._work(visit, hours=1.0)
        return order

    def test_the_last_visit_is_the_one_that_is_signed(self):
        self.job_type.write({"checklist_id": False, "require_signature": True})
        order = self._create_order()
        first = self._create_visit(order)
        reason = self.env.ref("field_service.field_service_reason_return_missing_part")
        first.signature = picture()
        self._work(first, hours=1.0, result="return_needed", return_reason_id=reason.id)
        self.assertEqual(order.state, "released")
        second = self._create_visit(order, start=MONDAY + timedelta(days=1))
        self._work(second, hours=1.0)
        self.assertEqual(order.state, "in_progress")
        second.signature = picture()
        self.assertEqual(order.state, "done")

    def test_a_done_order_keeps_its_answers(self):
        order = self._create_worked()
        self._answer_all(order)
        self.assertEqual(order.state, "done")
        answer = order.answer_ids[0]
        for attempt in (
            lambda: answer.write({"value_yes_no": "no"}),
            answer.unlink,
            lambda: order.write({"answer_ids": [Command.create({"name": "New"})]}),
        ):
            with self.assertRaisesRegex(UserError, "no longer"), self.cr.savepoint():
                attempt()
        order.with_user(self.manager).action_reopen()
        answer.value_yes_no = "no"
        self.assertEqual(order.finding_count, 1)

    # ------------------------------------------------------------------ override
    def test_a_manager_overrides_with_a_reason_that_is_counted(self):
        orders = self._create_worked() + self._create_worked_later()
        action = orders.with_user(self.manager).action_override_done()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        self.assertIn("Stop works", form.missing)
        form.reason_id = self.reason
        form.note = "Comes by post"
        form.save().action_confirm()
        self.assertEqual(orders.mapped("state"), ["done", "done"])
        for order in orders:
            self.assertEqual(order.override_reason_id, self.reason)
            self.assertEqual(order.override_by_id, self.manager)
            self.assertTrue(order.override_on)
            body = order.message_ids[0].body
            self.assertIn("Comes by post", body)
            self.assertIn("Pressure", body)
        counts = self.env["field.service.order"]._read_group(
            [("id", "in", orders.ids)], ["override_reason_id"], ["__count"]
        )
        self.assertEqual(counts, [(self.reason, 2)])
        # Taken up again, the order needs its documents, or another decision.
        orders[0].with_user(self.manager).action_reopen()
        self.assertFalse(orders[0].override_reason_id)
        with self.assertRaises(ValidationError):
            orders[0].action_done()

    def test_a_dispatcher_cannot_override(self):
        order = self._create_worked().with_user(self.dispatcher)
        wizard = self.env["field.service.override.wizard"].with_user(self.dispatcher)
        with self.assertRaises(AccessError):
            wizard.create({"order_ids": order.ids, "reason_id": self.reason.id})
        for values in (
            {"override_reason_id": self.reason.id},
            {"override_reason_id": self.reason.id, "state": "done"},
            {"override_by_id": self.manager.id},
            {"checklist_id": False},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                order.write(values)
        with self.assertRaisesRegex(UserError, "questions of the checklist"):
            order.answer_ids[0].mandatory = False
        with self.assertRaisesRegex(UserError, "remove questions"):
            order.answer_ids[0].unlink()
        with self.assertRaises(UserError):
            self.env["field.service.order"].with_user(self.dispatcher).create(
                {
                    "partner_id": self.partner.id,
                    "override_reason_id": self.reason.id,
                }
            )
        self.assertEqual(order.state, "in_progress")

    def test_an_override_is_for_documents_not_for_facts(self):
        order = self._create_order()
        self._create_visit(order)
        with self.assertRaisesRegex(ValidationError, "No visit is completed"):
            order.with_user(self.manager)._override_done(self.reason)
        other = self.env.ref("field_service.field_service_reason_cancel_by_us")
        with self.assertRaisesRegex(ValidationError, "not a reason for an override"):
            order.with_user(self.manager).override_reason_id = other

    def test_requirements_follow_the_job_type_and_stay_editable(self):
        order = self._create_order(release=False).with_user(self.dispatcher)
        self.assertFalse(order.require_signature)
        order.require_signature = True
        order.action_release()
        with self.assertRaisesRegex(UserError, "only a service manager"):
            order.require_signature = False
        order.with_user(self.manager).require_signature = False
        self.job_type.require_photos = True
        self.assertFalse(order.require_photos)
        # The form sends what the new job type asks for along with it.
        other = self.job_type.copy({"name": "Other"})
        order.write(
            {
                "job_type_id": other.id,
                "require_photos": True,
                "checklist_id": self.checklist.id,
            }
        )
        self.assertTrue(order.require_photos)


@tagged("post_install", "-at_install")
class TestPhoto(DocumentsCommon):
    def test_what_is_no_picture_is_refused_and_nothing_lost(self):
        order = self._create_order()
        answer = self._answer_of(order, "Plate")
        kept = self._photo(answer_id=answer.id)
        whole = base64.b64decode(picture((400, 400), "JPEG"))
        for content, message in (
            (b"this is no picture", "is not a picture"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
            (b"RIFF1234WEBPVP8 nonsense", "is not a picture"),
            (whole[:20], "is not a picture"),
            (b"\xff" * (40 * 1024 * 1024), "larger than 20 MB"),
            (b"\xff" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, f"plate.jpg .*{message}"),
                self.cr.savepoint(),
            ):
                self._photo(
                    answer_id=answer.id,
                    image=base64.b64encode(content),
                    name="plate.jpg",
                )
        with self.assertRaisesRegex(ValidationError, "is not a picture"):
            kept.image = "%%%"
        self.assertEqual(answer.photo_ids, kept)
        self.assertTrue(kept.image)

    def test_too_many_pixels(self):
        with self.assertRaisesRegex(ValidationError, "million pixels"):
            self._photo(
                order_id=self._create_order().id, image=picture((8000, 7000), "PNG")
            )

    def test_pictures_of_phones(self):
        order = self._create_order()
        for image_format in ("JPEG", "PNG", "GIF", "BMP"):
            photo = self._photo(
                order_id=order.id, image=picture((2400, 100), image_format)
            )
            self.assertTrue(photo.image, image_format)

    def test_a_photo_belongs_to_one_order(self):
        answer = self._answer_of(self._create_order(), "Plate")
        other = self._create_order()
        with self.assertRaises(ValidationError):
            self._photo(answer_id=answer.id, order_id=other.id)

    def test_files_go_with_their_order(self):
        order = self._create_order(release=False)
        photo = self._photo(answer_id=self._answer_of(order, "Plate").id)
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", photo._name),
                ("res_id", "=", photo.id),
                ("res_field", "=", "image"),
            ]
        )
        self.assertTrue(files)
        order.unlink()
        self.assertFalse(files.exists())


@tagged("post_install", "-at_install")
class TestTechnician(DocumentsCommon):
    def test_a_technician_documents_his_own_visit(self):
        self.job_type.write({"require_signature": True, "require_photos": True})
        order = self._create_order()
        visit = self._create_visit(order).with_user(self.user_technician)
        self._work(visit, hours=1.0)
        self.assertEqual(order.state, "in_progress")
        # As the form of the visit does it, without a right to write the order.
        visit.write(
            {
                "answer_ids": [
                    Command.update(
                        self._answer_of(order, "Stop works").id, {"value_yes_no": "no"}
                    )
                ]
            }
        )
        mine = order.with_user(self.user_technician)
        self._answer_of(mine, "Stop works").action_answer_yes()
        self._answer_all(mine)
        self.assertEqual(order.finding_ids.state, "withdrawn")
        self.assertEqual(order.answer_ids[1].answered_by_id, self.user_technician)
        visit.photo_ids = [
            Command.create({"image": picture(), "tag": "before"}),
            Command.create({"image": picture(), "tag": "after"}),
        ]
        self.assertEqual(order.state, "in_progress")
        visit.signature = picture()
        self.assertEqual(order.state, "done")
        self.assertEqual(self.asset.reading_ids.value, 1200.0)

    def test_a_technician_answers_and_does_not_ask(self):
        order = self._create_order()
        self._create_visit(order)
        answer = order.answer_ids[0].with_user(self.user_technician)
        for values in ({"mandatory": False}, {"name": "x"}, {"is_answered": True}):
            with self.assertRaises(UserError), self.cr.savepoint():
                answer.write(values)
        with self.assertRaises(AccessError):
            answer.unlink()
        with self.assertRaises(AccessError):
            answer.create({"order_id": order.id, "name": "Mine"})
        with self.assertRaises(AccessError):
            self.checklist.with_user(self.user_technician).name = "Mine"
        with self.assertRaises(AccessError):
            self.env["field.service.asset.reading"].with_user(
                self.user_technician
            ).create({"asset_id": self.asset.id, "name": "x", "value": 1.0})

    def test_other_orders_are_closed_to_him(self):
        other = self._create_order()
        tom = self._create_technician("Tom")
        self._create_visit(other, technician_id=tom.id)
        self._answer_of(other, "Pressure").value_input = "5"
        photo = self._photo(order_id=other.id)
        user = self.user_technician
        for record in (other.answer_ids[0], photo, other.finding_ids):
            self.assertFalse(
                record.with_user(user).search([("id", "=", record.id)]), record
            )
            with self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            other.answer_ids[0].with_user(user).value_yes_no = "yes"
        with self.assertRaises(AccessError):
            self.env["field.service.photo"].with_user(user).create(
                {"order_id": other.id, "image": picture()}
            )
        with self.assertRaises(AccessError):
            self.env["field.service.finding"].with_user(user).create(
                {"order_id": other.id, "name": "Not mine"}
            )
        crewed = self._create_order()
        self._create_visit(
            crewed,
            start=MONDAY + timedelta(hours=5),
            technician_id=tom.id,
            crew_ids=self.technician.ids,
        )
        crewed.answer_ids[0].with_user(user).value_yes_no = "yes"
        self.assertTrue(crewed.answer_ids[0].is_answered)

    def test_an_accountant_reads_and_changes_nothing(self):
        accountant = self._create_user("accountant", "account.group_account_user")
        answer = self._create_order().answer_ids[0].with_user(accountant)
        self.assertEqual(answer.name, "Stop works")
        with self.assertRaises(AccessError):
            answer.value_yes_no = "yes"
