calls = []


def restore_faces(array):
    calls.append(array.shape)
    return array
