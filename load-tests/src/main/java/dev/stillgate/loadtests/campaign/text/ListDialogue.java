package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.api.RequestParameters;
import java.util.List;

/** A batch job: the same instruction with one record after another, each as a separate prompt. */
public final class ListDialogue extends Dialogue {
    private final String instruction;
    private final TextScope scope;
    private int left;

    public ListDialogue(
            ModelConversation conversation,
            RequestParameters sampling,
            String instruction,
            TextScope scope,
            int items) {
        super(conversation, sampling);
        this.instruction = instruction;
        this.scope = scope;
        this.left = items;
    }

    @Override
    public ModelReply ask() {
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
