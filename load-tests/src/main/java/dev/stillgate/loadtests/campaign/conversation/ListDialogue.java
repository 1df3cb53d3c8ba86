package dev.stillgate.loadtests.campaign.conversation;

import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;
import java.util.List;

/** A batch job: the same instruction with one record after another, each as a separate prompt. */
public final class ListDialogue extends Dialogue {
    private final String instruction;
    private final Scope scope;
    private int left;

    public ListDialogue(Conversation conversation, Sampling sampling, String instruction, Scope scope, int items) {
        super(conversation, sampling);
        this.instruction = instruction;
        this.scope = scope;
        this.left = items;
    }

    @Override
    public Reply ask() {
        left--;
        conversation().forget();
        conversation().say(instruction + "\n\n" + Language.english().grammar().text("record", scope));
        return conversation().answer(Language.english().answer(scope), null, List.of());
    }

    @Override
    public boolean goesOn() {
        return left > 0;
    }

    @Override
    public double pause() {
        return 2 + 2 * scope.dice().unit();
    }
}
