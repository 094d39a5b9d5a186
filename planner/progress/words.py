"""Words of the shipped definitions, said once here so that they can be said in another language too.

The files hold them in English; the pages look them up. A test holds this list complete.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

NAMES = (_("Distress"), _("Craving"), _("Trust"), _("Felt safety"), _("Closeness"), _("Confidence"),
         _("Goal Attainment Scaling"))  # fmt: skip

TOPICS = (
    _("afraid"),
    _("alcohol"),
    _("anger"),
    _("appetite"),
    _("avoiding what is inside"),
    _("avoiding what is outside"),
    _("beliefs"),
    _("blame"),
    _("body reacts to reminders"),
    _("closeness"),
    _("confidence"),
    _("craving"),
    _("distance"),
    _("distress"),
    _("dreams"),
    _("energy"),
    _("faith or spirit"),
    _("felt safety"),
    _("focus"),
    _("gaps in memory"),
    _("good feelings"),
    _("health"),
    _("heavy drinking"),
    _("how hard to resist"),
    _("how long"),
    _("how much"),
    _("how often"),
    _("how strong"),
    _("income"),
    _("interest"),
    _("irritable"),
    _("memories"),
    _("mood"),
    _("nervous"),
    _("on guard"),
    _("other substances"),
    _("over all"),
    _("pace"),
    _("people who support"),
    _("relaxing"),
    _("reliving"),
    _("restless"),
    _("risks"),
    _("risky situations"),
    _("self-help meetings"),
    _("six or more"),
    _("sleep"),
    _("startled"),
    _("strong hard feelings"),
    _("thoughts of death or self-harm"),
    _("trouble with people"),
    _("trust"),
    _("upset by reminders"),
    _("view of oneself"),
    _("work or school"),
    _("worry about many things"),
    _("worry that will not stop"),
)

ABOUT = (
    _("Contentment with the relationship, in four questions."),
    _("Contentment with the relationship."),
    _("Craving for alcohol over the last week."),
    _("Distress in general."),
    _("Drinking, in three questions."),
    _("Goals of one's own, each from -2 to +2 around what was hoped for."),
    _("How close it feels."),
    _("How sure it can be done."),
    _("How heavy it feels."),
    _("How safe it feels."),
    _("How strong the pull is."),
    _("Low mood and its signs over the last two weeks."),
    _("Signs of trauma over the last month."),
    _("Trust in the other person."),
    _("Use, what pulls and what protects, over the last 30 days. Read answer by answer."),
    _("Worry and tension."),
)

BANDS = (
    _("50 is what was hoped for"),
    _("clinical range"),
    _("moderate"),
    _("severe"),
)

CUTS = (
    _("below this, distress in the relationship"),
    _("best balance in one sample, outside treatment"),
    _("counts as a case from here"),
    _("counts as a case from here in the NHS"),
    _("counts as a case from here in the United States"),
    _("cut in one psychiatric outpatient sample"),
    _("earlier cut (over 20)"),
    _("men: a closer look from here"),
    _("provisional cut"),
    _("women: a closer look from here"),
)

SUBSCALES = (
    _("Protective"),
    _("Risk"),
    _("Use"),
)

NOTES = (
    _("A method, not a text; free to use."),
    _("CC BY-ND 4.0; use in software expressly allowed, no fee, word for word only."),
    _("Free except for sale (WHO 2001, on AUDIT); a form hosted by SAMHSA calls AUDIT-C public domain."),
    _("Freely available for use in clinical and research settings; no further permission needed."),
    _("Freely available; permission not required for use."),
    _("In the public domain and not copyrighted."),
    _("Items 7 and 17 are not scored. This is the form with five answers a question."),
    _("No permission required to reproduce, translate, display or distribute."),
    _("Our own words, under the licence of this program."),
    _("Range and cut point of the four questions could not be checked against the primary paper, so none is shown."),
    _('The first answer reads "Not at all"; a misprint with "not at all sure" is in circulation.'),
    _("The form has one question about risk. Was it answered with more than 0?"),
    _("Two items are worded the other way round; sources disagree on their numbers, so only the score is entered."),
)
